"""What is on the scalp in a photo: skin, hair, stubble, shine, white, moles and scars, things in the way."""
