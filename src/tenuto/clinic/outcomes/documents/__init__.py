"""What outcomes put on paper."""
