"""The infusion: whether it may start today, and its chart."""
