"""The first page: every patient of the clinic, why now, and what next."""
