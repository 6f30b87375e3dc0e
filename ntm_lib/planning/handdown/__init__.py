"""What is handed down from a plan: targets, money by work, the list of works, the register, tasks."""
