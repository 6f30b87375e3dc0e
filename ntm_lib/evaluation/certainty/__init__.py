"""What the verdicts rest on, and which of them could turn."""
