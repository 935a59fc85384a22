"""From a `Head` and wishes to a `Design`: hairline, zones, density."""
