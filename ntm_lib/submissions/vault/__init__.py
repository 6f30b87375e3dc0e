"""The store of what was handed in: nothing is erased, what is newer comes first."""
