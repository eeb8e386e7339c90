"""Ready strings for the pages of the infusion."""
