"""Papers of the infusion."""
