"""A generated person whose photo is known exactly: camera, surface, landmarks, regions. Nobody's likeness.

Two heads live here: one of closed formulas that needs no file, and one from the CC0 MakeHuman mesh, rendered so that it
passes for a portrait. Reading and writing photos, and fetching the mesh, are `scalp.io`'s.
"""
