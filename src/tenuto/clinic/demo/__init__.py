"""A synthetic clinic to look at; refuses to load in production."""
