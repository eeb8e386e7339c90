"""How the manual is built: Markdown through MyST, the furo theme, nothing fetched from elsewhere."""

from pathlib import Path

from tenuto import __version__

project = "Tenuto"
author = "The Tenuto authors"
copyright = "The Tenuto authors, Apache-2.0"
release = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc"]
# No mathematics by MathJax, which a page would fetch from elsewhere: formulas are written out.
myst_enable_extensions = ["deflist", "colon_fence"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "Tenuto manual"
html_css_files: list[str] = []
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
python_use_unqualified_type_names = True
# "--json" is an option and stays as it is written.
smartquotes = False


def _rule_pages() -> None:
    """Put the rule tables of the tests into the manual: they are the same pages, never a second copy by hand."""
    root = Path(__file__).resolve().parent
    target = root / "reference" / "rules"
    target.mkdir(parents=True, exist_ok=True)
    wanted = {}
    for page in sorted((root.parent / "tests" / "spec").glob("*/*.md")):
        wanted[target / f"{page.parent.name}-{page.name}"] = page.read_text("utf-8")
    for old in set(target.glob("*.md")) - set(wanted):
        old.unlink()
    for path, text in wanted.items():
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")


_rule_pages()
