"""Clinics and their staff: sign-in, second factors, sessions, roles."""
