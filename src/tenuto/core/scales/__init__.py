"""Rating scales as data: items, codes, completeness, score, bands, change, red flags; and what a clinic's text pack adds."""
