"""Who may is asked by the verb itself: a command, a job or another room that forgot to ask lets nobody in."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tenuto.clinic.accounts import api as accounts
from tenuto.clinic.ports.actors import check_may

CLINIC = Path("src/tenuto/clinic")
ASKS = (accounts.may, accounts.check_role, check_may)
WITHIN_ANOTHER = {
    "acknowledge": "everyone may know of the changes of the own sign-in",
    "ask_for_repairs": "opens tasks for what another verb has just kept",
    "candidates": "reads, for the page of a freed place",
    "end_repairs": "ends tasks by what another verb has just kept",
    "end_tests_waited_for": "ends tasks by what another verb has just kept",
    "end_what_was_done": "ends tasks by what another verb has just kept",
    "follow_up": "opens tasks for what another verb has just kept",
    "name_deviations": "opens tasks for what another verb has just kept",
    "open_to_dos": "opens tasks for what another verb has just kept",
    "record_list": "writes that a page was looked at",
    "register_person": "joins the verbs of registering, each of which asks",
    "reopen_reconciliation": "opens a task for what another verb has just kept",
    "record_visit": "joins the verbs of an infusion, each of which asks",
}
"""Why these ask nothing."""


def verbs() -> Iterator[tuple[str, Callable[..., object]]]:
    """Every public function of the rooms that is told by keyword which of the staff does it, and when."""
    for path in sorted(CLINIC.rglob("*.py")):
        if {"demo", "migrations"} & set(path.parts):
            continue
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and _of_staff(node):
                module = ".".join(path.relative_to("src").with_suffix("").parts)
                yield node.name, inspect.unwrap(getattr(importlib.import_module(module), node.name))


def _of_staff(node: ast.FunctionDef) -> bool:
    told = {each.arg: ast.unparse(each.annotation) for each in node.args.kwonlyargs if each.annotation}
    return told.get("by") == "Staff" and "at" in told


VERBS = dict(verbs())


def asks(verb) -> bool:
    """Whether a verb asks who may: itself, or by a check that it calls."""
    for name in verb.__code__.co_names:
        called = verb.__globals__.get(name)
        if called in ASKS:
            return True
        if name.lstrip("_").startswith("check") and inspect.isfunction(called) and asks(called):
            return True
    return False


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_asks_who_may(name):
    assert asks(VERBS[name]) or name in WITHIN_ANOTHER, "call accounts.api.check_role(by, ...) in it"


def test_a_reason_stands_only_where_a_verb_does_not_ask():
    assert sorted(WITHIN_ANOTHER) == sorted(name for name in VERBS if not asks(VERBS[name]))
