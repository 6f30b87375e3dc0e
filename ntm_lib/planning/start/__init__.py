"""Where a plan starts: the results of the start year on the plan's units, judged by the plan's law."""
