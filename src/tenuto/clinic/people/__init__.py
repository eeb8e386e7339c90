"""Clinics, their staff and their patients."""
