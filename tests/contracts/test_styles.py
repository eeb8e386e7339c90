"""What a page looks like lives with its room: no room uses what one that is not below it styles."""

from __future__ import annotations

import re
from collections import defaultdict

from tests.contracts.test_downward import CLINIC, RANK

CLASS = re.compile(r"\.([a-z][\w-]*)")
GALLERY = "gallery"
"""Of `ui`, and loaded by its gallery alone."""
MARKUP = re.compile(r"\{[{%].*?[}%]\}")


def styled() -> dict[str, set[str]]:
    """The rooms that style each class."""
    found = defaultdict(set)
    for path in CLINIC.glob("*/static/**/*.css"):
        rules = re.sub(r"/\*.*?\*/|\{[^{}]*\}", " ", path.read_text("utf-8"), flags=re.DOTALL)
        for name in CLASS.findall(rules):
            found[name].add(GALLERY if path.stem == GALLERY else path.relative_to(CLINIC).parts[0])
    return found


def used() -> dict[str, set[str]]:
    """The rooms whose templates use each class."""
    found = defaultdict(set)
    for path in CLINIC.glob("*/templates/**/*.html"):
        for words in re.findall(r'class="((?:\{[{%].*?[}%]\}|[^"])*)"', path.read_text("utf-8")):
            for name in re.findall(r"[a-z][\w-]*", MARKUP.sub(" ", words)):
                found[name].add(path.relative_to(CLINIC).parts[0])
    return found


def may_use(user: str, room: str) -> bool:
    return user == "ui" if room == GALLERY else RANK[room] <= RANK[user]


def test_no_room_uses_what_another_one_styles():
    rooms = styled()
    strangers = [
        f"{user} uses .{name}, which {' and '.join(sorted(rooms[name]))} style"
        for name, users in used().items()
        for user in sorted(users)
        if name in rooms and not any(may_use(user, room) for room in rooms[name])
    ]
    assert strangers == []


def test_every_room_that_styles_has_pages():
    assert {room for rooms in styled().values() for room in rooms} <= {*RANK, GALLERY}
