"""Why a count changed: communes, law, boundaries, missing data; or between two runs."""
