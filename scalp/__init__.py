"""The engine: from a photo of a head to the treatment on it, in millimetres and in light.

A head goes in, a look comes out. Nouns live in `scalp.domain`, each stage of the course in a room of its own,
and `scalp.treatment` walks a head through all of them. No web, no database, no hidden state.
"""
