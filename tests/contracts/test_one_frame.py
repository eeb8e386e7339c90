"""What every page begins with is written once: a new style sheet or a changed rule for browsers reaches every page."""

from __future__ import annotations

import re
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src/tenuto"


def test_one_template_begins_a_document():
    begins = [
        str(path.relative_to(SOURCE))
        for path in sorted(SOURCE.rglob("templates/**/*.html"))
        if "<!doctype" in path.read_text("utf-8").lower()
    ]
    assert begins == ["clinic/ui/templates/ui/document.html"]


def test_what_is_folded_on_staffs_pages_opens_the_way_of_the_house():
    """A plain `<details>` has another triangle, another colour and a target too small for a gloved finger."""
    plain = [
        str(path.relative_to(SOURCE))
        for path in sorted(SOURCE.rglob("templates/**/*.html"))
        if path.relative_to(SOURCE).parts[1] != "portal"
        and re.search(r'<details(?![^>]*\bclass=")', path.read_text("utf-8"))
    ]
    assert plain == []
