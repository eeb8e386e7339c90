"""Writes instruments/<id>/vectors.toml: golden vectors from the slow reference, never from the scorer they test.

Run from the project's root: PYTHONPATH=. python scripts/scale_vectors.py
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INSTRUMENTS = ROOT / "src/tenuto/core/scales/instruments"
sys.path.insert(0, str(ROOT))

from tests.core.scales import reference  # noqa: E402

HEAD = """\
# Golden vectors: all lowest, all highest, both edges of each band, each answer missing. Written by
# scripts/scale_vectors.py from the slow reference in tests/core/scales; checked against the scorer on every run.
# `answers` are stored values in the order of the form; - is not answered.

"""


def vectors(name: str) -> Iterator[tuple[str, reference.Answers]]:
    """The forms that every instrument with a total is checked with, each with its name."""
    total = reference.TOTALS[name]
    climb = {total(form): dict(form) for form in reference.ladder(name)}
    lowest, highest = min(climb), max(climb)
    yield "all lowest", climb[lowest]
    yield "all highest", climb[highest]
    previous = lowest - 1
    for most, label in reference.BANDS.get(name, ()):
        for edge in dict.fromkeys((previous + 1, Fraction(most))):
            yield f"edge of {label}", climb[edge]
        previous = Fraction(most)
    for gone in range(1, len(reference.RANGES[name]) + 1):
        yield f"item {gone} not answered", {i: v for i, v in climb[highest].items() if i != gone}
    yield "nothing answered", {}


def text(name: str) -> str:
    """The vectors of one instrument as TOML."""
    found = [HEAD]
    for title, form in vectors(name):
        total = reference.TOTALS[name](form)
        answers = " ".join(str(form.get(i, "-")) for i in range(1, len(reference.RANGES[name]) + 1))
        shown = "void" if total is None else f"{float(total):g}"
        band = "" if total is None else reference.band(name, total) or ""
        found.append(
            f'[[vectors]]\nname = "{title}"\nanswers = "{answers}"\ntotal = "{shown}"\nband = "{band}"\n\n'
        )
    return "".join(found).rstrip("\n") + "\n"


if __name__ == "__main__":
    for key in reference.TOTALS:
        (INSTRUMENTS / key / "vectors.toml").write_text(text(key), "utf-8")
