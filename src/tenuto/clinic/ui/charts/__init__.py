"""Charts: Vega-Lite specifications as plain dicts, drawn on the server. The same chart serves page, file and PDF."""
