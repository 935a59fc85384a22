"""What is in a photo: faces, the person, the silhouette of the bare head, and roughly how the head stands. No millimetres."""
