"""The pages of the infusion."""
