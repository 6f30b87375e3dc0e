"""How sure the results are."""
