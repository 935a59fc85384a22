"""Light in layered skin: what skin reflects, and what one impression takes away around it."""
