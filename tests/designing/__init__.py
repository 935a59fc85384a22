"""Claims about hairlines, zones and density."""
