"""Results and volumes of work beside the assigned aims."""
