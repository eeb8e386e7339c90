"""How the manual is built: Markdown through MyST, the furo theme, nothing fetched from elsewhere."""

from tenuto import __version__

project = "Tenuto"
author = "The Tenuto authors"
copyright = "The Tenuto authors, Apache-2.0"
release = __version__
extensions = ["myst_parser", "sphinx.ext.mathjax"]
myst_enable_extensions = ["deflist", "dollarmath", "colon_fence"]
myst_heading_anchors = 3
# Formulas are shown as text until a formula renderer ships with the installed packages: no page fetches a script.
mathjax_path = ""
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "Tenuto manual"
html_css_files: list[str] = []
