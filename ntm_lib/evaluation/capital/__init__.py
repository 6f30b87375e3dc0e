"""Money raised, allotted and paid; what is owed."""
