"""What every page begins with is written once: a new style sheet or a changed rule for browsers reaches every page."""

from __future__ import annotations

from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src/tenuto"


def test_one_template_begins_a_document():
    begins = [
        str(path.relative_to(SOURCE))
        for path in sorted(SOURCE.rglob("templates/**/*.html"))
        if "<!doctype" in path.read_text("utf-8").lower()
    ]
    assert begins == ["clinic/ui/templates/ui/document.html"]
