"""Ready words for the pages of the forecast."""
