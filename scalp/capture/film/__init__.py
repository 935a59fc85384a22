"""A head from a film whose camera's way is known."""
