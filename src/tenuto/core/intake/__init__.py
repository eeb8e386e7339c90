"""Intake: what is known about a person, and whether the therapy may be planned or started for them."""
