"""Colour: sRGB and Lab, and what a spectrum looks like under daylight."""
