"""The pages of the forecast."""
