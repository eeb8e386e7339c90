"""What people type into the pages of intake, checked field by field."""
