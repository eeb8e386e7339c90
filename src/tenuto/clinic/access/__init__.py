"""Restricting records, breaking the glass, and looking over the audit."""
