"""Booking: whole series across chairs and nurses, placed in one act."""
