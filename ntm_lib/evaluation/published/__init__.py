"""Published figures, and the computed ones beside them."""
