"""Signed links for people without a sign-in: short-lived or single-use, opened with a second fact."""
