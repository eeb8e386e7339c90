"""What patients read: leaflets with their sources, and what articles say wrongly. Nothing here knows a patient."""
