"""What the program claims, room by room."""
