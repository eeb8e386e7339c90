"""Scales and links, in words."""
