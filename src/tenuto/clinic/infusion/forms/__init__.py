"""The forms of the infusion. Nothing in them is preset but the time."""
