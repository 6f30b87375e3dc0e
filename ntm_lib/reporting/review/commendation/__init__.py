"""Who may be considered for commendation."""
