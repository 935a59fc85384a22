"""The nouns: what the engine's verbs take and return. Frozen, checked once, named by digest."""
