"""A head from a 3-D scan: face, place, size, surface, landmarks, colours."""
