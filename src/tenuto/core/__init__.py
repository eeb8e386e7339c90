"""The therapy itself: pure functions and frozen values. No clock, no framework, no I/O beyond its own data files."""
