"""Where a patient is in the course of treatment: what the stages contribute to the spine, the worklist and the pages."""
