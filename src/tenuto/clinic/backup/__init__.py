"""Copies of everything that a clinic holds, and their way back."""
