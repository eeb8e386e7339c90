"""The pages of booking in ready words."""
