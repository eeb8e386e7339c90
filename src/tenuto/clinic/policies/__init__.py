"""The limits that a clinic works under: versions, two signatures, one in effect, and the way back."""
