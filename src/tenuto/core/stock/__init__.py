"""The drug ledger: what was received, drawn, given, wasted and lost, and what must be in the cabinet."""
