"""Outcomes: what the scores say of a course, which decisions it calls for, and how each was reviewed."""
