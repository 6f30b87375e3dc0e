"""What can be said of the impact."""
