"""What there is to plan with: money, measures and what a unit of each costs, policies; and the tables that hold them."""
