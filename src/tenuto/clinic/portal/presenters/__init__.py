"""Leaflets, questions and scores, in words."""
