"""The table of attacks: reads docs/safety/attacks.toml, finds the tests that carry each attack, and writes its manual page."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "docs/safety/attacks.toml"
PAGE = ROOT / "docs/safety/attacks.md"
HEAD = """\
# Attacks and answers

What was done to the running clinic, what answers it now, and the tests that do it again on SQLite and on PostgreSQL. A file of
`tests/attacks` is named where all its tests belong to the attack. *Tried* is at least how many inputs the tests try; each is held.

| | attack | answer | proven by | tried |
|---|---|---|---|---|
"""


def table() -> dict[str, dict[str, Any]]:
    """All attacks by number, in order."""
    return tomllib.loads(TABLE.read_text("utf-8"))


def tests_of(file: Path) -> set[str]:
    """The names of the tests of a file."""
    body = ast.parse(file.read_text("utf-8")).body
    functions = (node for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return {node.name for node in functions if node.name.startswith("test_")}


def missing(proof: str) -> str:
    """What of a proof is not there; empty when all is. A proof is a file, or a test of one."""
    path, _, name = proof.partition("::")
    file = ROOT / path
    if not file.is_file():
        return path
    return "" if not name or name in tests_of(file) else proof


BY_HAND = """
## By hand

Tried by hand against a served clinic, as an attacker who puts the tests aside: the attack as it was found first, and its
neighbours. What did not hold was mended, and a test of the table above does it again. A row that is not here was not tried by
hand since its mend.

| | what was done | inputs | did not hold, mended |
|---|---|---|---|
"""


def page() -> str:
    """The manual page."""
    rows = (
        f"| {number} | {one['attack']} | {one['answer']} | {'<br>'.join(f'`{proof}`' for proof in one['tests'])} "
        f"| {one['tried']:,} |\n"
        for number, one in table().items()
    )
    total = sum(one["tried"] for one in table().values())
    return f"{HEAD}{''.join(rows)}\nTried in all: {total:,} inputs; held: {total:,}.\n{by_hand()}"


def by_hand() -> str:
    """What was tried by hand, row by row, and what in all."""
    tried = {number: one for number, one in table().items() if "by_hand" in one}
    rows = (
        f"| {number} | {one['hand']} | {one['by_hand']:,} | {one['did_not_hold']:,} |\n"
        for number, one in tried.items()
    )
    inputs, mended = (sum(one[name] for one in tried.values()) for name in ("by_hand", "did_not_hold"))
    return f"{BY_HAND}{''.join(rows)}\nTried by hand in all: {inputs:,} inputs; {mended:,} did not hold and were mended.\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
