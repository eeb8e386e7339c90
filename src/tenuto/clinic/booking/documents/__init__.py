"""What booking puts on paper."""
