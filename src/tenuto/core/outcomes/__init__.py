"""What became of the treatment: which scale is due when, and how much of it is known."""
