"""What is typed about scales."""
