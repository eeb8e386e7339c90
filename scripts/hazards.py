"""The hazard register: reads docs/safety/hazards.toml and writes its manual page."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
REGISTER = ROOT / "docs/safety/hazards.toml"
PAGE = ROOT / "docs/safety/hazards.md"
HEAD = """\
# Hazard register

Ways in which a person could be harmed, the control, the room of the program that owns it, and the tests that prove the
control. A hazard without a test belongs to a room that is not built yet.

| id | hazard | cause | control | room | proven by |
|---|---|---|---|---|---|
"""


def register() -> dict[str, dict[str, Any]]:
    """All hazards by id, in order."""
    return tomllib.loads(REGISTER.read_text("utf-8"))


def page() -> str:
    """The manual page."""
    rows = (
        f"| {key} | {h['hazard']} | {h['cause']} | {h['control']} | {h['room']} "
        f"| {'<br>'.join(f'`{t}`' for t in h['tests']) or 'not built yet'} |\n"
        for key, h in register().items()
    )
    return HEAD + "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
