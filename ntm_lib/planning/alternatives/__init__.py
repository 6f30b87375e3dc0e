"""Other plans than the one asked for: the nearest ones when aims clash, those of nearly the same worth."""
