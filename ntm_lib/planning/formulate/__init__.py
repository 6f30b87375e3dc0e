"""Make the planning problem: candidate steps, the whole problem, and one district cut out of it."""
