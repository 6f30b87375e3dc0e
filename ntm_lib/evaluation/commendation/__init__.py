"""Who may be considered for commendation, with every key shown."""
