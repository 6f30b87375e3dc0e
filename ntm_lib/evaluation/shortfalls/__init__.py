"""What is missing, how far, with what else, and why in the words of those who reported."""
