"""What comes after a plan is made: what was really reached, planning anew, the years beyond."""
