"""From photos to a `Head`: faces, outlines, regions, the cranium fitted to them. No files are read here."""
