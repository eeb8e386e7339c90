"""Task, Hold and Window: the small tables through which later stages speak to earlier ones."""
