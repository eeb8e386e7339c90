"""A lower room names no page, template or row of a higher one; Python imports alone are checked by the import contracts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import URLPattern, get_resolver

from tests.contracts.test_rooms import ROOT, layers

CLINIC = ROOT / "src/tenuto/clinic"
RANK = {room: rank for rank, room in enumerate(reversed(layers("clinic")))}
NAMED = re.compile(
    r"""(?:\{% url|reverse\(|redirect\(|route=|target=)\s*f?["']([a-z_-]+(?::[a-z_-]+)?)["'#?]"""
)
QUALIFIED = re.compile(r"""["']([a-z_]+:[a-z_-]+)["'#?]""")
INCLUDED = re.compile(r"""\{% (?:include|extends) "(\w+)/""")
ARGUED = {
    ("ui", "accounts/"): "Every page of somebody who is signed in can lock itself, whichever room made it.",
}
"""What a lower room names of a higher one all the same, and why."""


def sources() -> Iterator[tuple[str, Path, str]]:
    for path in sorted(CLINIC.rglob("*")):
        if path.suffix in (".py", ".html") and "migrations" not in path.parts:
            room = path.relative_to(CLINIC).parts[0]
            if room in RANK:
                yield room, path, path.read_text("utf-8")


def owners() -> dict[str, str]:
    """The room that answers each named address of the clinic."""

    def walk(patterns, spaces) -> Iterator[tuple[str, str]]:
        for pattern in patterns:
            if not isinstance(pattern, URLPattern):
                inner = [*spaces, pattern.namespace] if pattern.namespace else spaces
                yield from walk(pattern.url_patterns, inner)
            elif pattern.name:
                view = getattr(pattern.callback, "view_class", pattern.callback)
                if view.__module__.startswith("tenuto.clinic."):
                    yield ":".join([*spaces, pattern.name]), view.__module__.split(".")[2]

    return dict(walk(get_resolver().url_patterns, []))


def test_no_room_names_an_address_of_a_higher_one():
    owner = owners()
    assert owner["plan:page"] == "plan"
    upward = [
        f"{path.relative_to(CLINIC)} names {name}"
        for room, path, text in sources()
        if room != "config"
        for name in {*NAMED.findall(text), *QUALIFIED.findall(text)}
        if name in owner and RANK[owner[name]] > RANK[room]
    ]
    assert upward == []


def test_no_template_takes_in_one_of_a_higher_room():
    upward = [
        f"{path.relative_to(CLINIC)} takes in one of {other}"
        for room, path, text in sources()
        for other in INCLUDED.findall(text)
        if other in RANK and RANK[other] > RANK[room] and (room, f"{other}/") not in ARGUED
    ]
    assert upward == []


def test_what_is_argued_is_still_there():
    used = {(room, f"{other}/") for room, _, text in sources() for other in INCLUDED.findall(text)}
    assert ARGUED.keys() <= used


@pytest.mark.parametrize("model", apps.get_models(), ids=lambda model: model._meta.label)
def test_no_row_points_at_a_row_of_a_higher_room(model):
    """A stage's rows can be kept, moved and read without those of the stages after it."""
    room = room_of(model)
    for field in model._meta.get_fields(include_hidden=True):
        if field.is_relation and not field.auto_created and field.related_model:
            other = room_of(field.related_model)
            assert other is None or room is None or RANK[other] <= RANK[room], f"{field} points at {other}"


def room_of(model) -> str | None:
    """The room of a model; None for one of the framework."""
    parts = model.__module__.split(".")
    return parts[2] if parts[:2] == ["tenuto", "clinic"] else None
