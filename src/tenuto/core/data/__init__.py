"""Data files: how they are read, and what names their content."""
