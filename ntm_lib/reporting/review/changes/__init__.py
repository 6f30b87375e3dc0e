"""Why a count changed, and what was signed."""
