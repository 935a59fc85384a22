"""Several photos of one head solved together, and whether they can be of one head."""
