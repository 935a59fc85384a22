"""The photos' colours laid on the surface of a head."""
