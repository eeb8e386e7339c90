"""No test fails because a machine is slow: what waits for another process or thread waits by `tests.patience`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
WAITS = frozenset(("wait", "wait_for", "join", "result", "communicate"))


def limits(source: str) -> Iterator[int]:
    """The lines of calls that are given a number of seconds to wait, written there and then."""
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        given = [word.value for word in call.keywords if word.arg == "timeout"]
        given += call.args[-1:] if name in WAITS else []
        if any(isinstance(each, ast.Constant) and type(each.value) in (int, float) for each in given):
            yield call.lineno


def test_no_wait_has_a_limit_of_its_own():
    found = {
        f"{path.relative_to(TESTS)}:{line}"
        for path in TESTS.rglob("*.py")
        for line in limits(path.read_text("utf-8"))
    }
    assert found == set(), "wait by PATIENCE, or look by PROBE"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("process.wait(timeout=30)", [1]),
        ("process.wait(30)", [1]),
        ("event.wait(PATIENCE)", []),
        ("subprocess.run(command, timeout=60.0)", [1]),
        ("asyncio.wait_for(reader.read(), 10)", [1]),
        ("', '.join(words)", []),
        ("page.wait_for_url('**/')", []),
    ],
)
def test_what_counts_as_a_limit(source, found):
    assert list(limits(source)) == found
