"""What was reached: counts by year, group and criterion, on the units of any date."""
