"""What was reached, by year, unit, group and criterion."""
