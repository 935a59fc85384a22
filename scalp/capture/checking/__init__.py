"""Whether photos will do, and which to take again."""
