"""Tables of numbers, each column with its unit and each file with its source."""
