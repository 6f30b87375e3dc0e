"""Whether reaching the standard, or money, was followed by better lives: method, tests, limits."""
