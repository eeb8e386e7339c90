"""The infusion: what is charted of a session, what follows from it, and whether one may start."""
