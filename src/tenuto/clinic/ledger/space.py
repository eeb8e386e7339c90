"""Whether the disks have room, said before nothing can be saved any more."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

__all__ = ["disk_problem", "little_room"]

LITTLE_BYTES = 1_000_000_000
"""A clinic writes some megabytes a day; a gigabyte is months, and time to act [D]."""
LOOK_EVERY_SECONDS = 60.0
_looked: dict[str, tuple[float, str]] = {}


def little_room() -> str:
    """A sentence when a disk that the clinic writes to has little room; empty when all is well."""
    found = (_of(place) for place in _places())
    return " ".join(dict.fromkeys(sentence for sentence in found if sentence))


def disk_problem(request: HttpRequest) -> dict[str, Callable[[], str]]:
    """`disk_problem`: the same for every page of staff."""
    return {"disk_problem": little_room}


def _places() -> list[Path]:
    """The database's folder where it is a file, and those of the anchor and of what else the program writes.

    The disk of a database server elsewhere is its administrator's to watch.
    """
    places = [settings.ENVIRONMENT.var, Path(settings.LEDGER_ANCHOR).parent]
    if connection.vendor == "sqlite" and Path(str(settings.DATABASES["default"]["NAME"])).is_absolute():
        places.insert(0, Path(str(settings.DATABASES["default"]["NAME"])).parent)
    return places


def _of(place: Path) -> str:
    looked_at, sentence = _looked.get(str(place), (-LOOK_EVERY_SECONDS, ""))
    now = time.monotonic()
    if now - looked_at >= LOOK_EVERY_SECONDS:
        sentence = _sentence(place)
        _looked[str(place)] = (now, sentence)
    return sentence


def _sentence(place: Path) -> str:
    try:
        free = shutil.disk_usage(place).free
    except OSError:
        return ""  # a folder that is not there yet; whoever writes to it says so
    if free >= LITTLE_BYTES:
        return ""
    return (
        f"The disk of {place} has {free // 1_000_000} MB left. When it is full, nothing can be saved and nobody can sign in: "
        "tell whoever runs the server today."
    )
