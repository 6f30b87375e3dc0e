"""What only the commune tier reports."""
