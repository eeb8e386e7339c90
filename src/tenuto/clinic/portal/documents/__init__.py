"""Files that a patient takes along."""
