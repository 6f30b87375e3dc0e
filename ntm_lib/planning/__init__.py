"""Plan the years ahead: where they start, what is needed, what can be afforded, which plan is best and how sure it is."""
