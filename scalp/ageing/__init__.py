"""Healing and years: what becomes of the deposits. What they look like is for light in skin to say."""
