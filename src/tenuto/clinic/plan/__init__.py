"""The plan page: gate, dose card, protocols and series, computed from the newest record."""
