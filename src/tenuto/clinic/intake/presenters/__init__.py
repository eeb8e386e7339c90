"""Ready words for the templates of intake."""
