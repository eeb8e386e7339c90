"""The patients of a clinic, who they are, and who may see whom."""
