"""From a `Design` to a `Plan`: sessions, dates, hours, price."""
