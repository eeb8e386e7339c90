"""Interop: other systems' records in and ours out, one folder a standard."""
