"""The pages of the pathway itself."""
