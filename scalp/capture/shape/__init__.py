"""The shape of a head and where its camera stands: what is known before a photo, what a photo says, the fit, and the head in mm."""
