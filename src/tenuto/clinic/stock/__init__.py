"""The drug ledger of a clinic."""
