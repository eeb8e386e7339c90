"""Placing series of visits across chairs, nurses and clinic days: proposing, checking, repairing. Knows no stage."""
