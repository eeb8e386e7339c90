"""The forecast on paper."""
