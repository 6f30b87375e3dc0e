"""Money raised and owed."""
