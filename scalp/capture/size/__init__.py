"""How large a head really is: tapes, cards, coins, irises, and their weighing."""
