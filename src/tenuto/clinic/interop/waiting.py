"""A record that was read and not yet kept: it waits in the session until somebody keeps or discards it.

What was looked at is what is kept: the facts wait, not the file, so that nothing is read a second time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

from tenuto.clinic.intake.api import RecordSource
from tenuto.clinic.interop.told import Json, Told
from tenuto.core.intake.facts import PatientFacts
from tenuto.core.intake.facts_json import facts_from_json

__all__ = ["Waiting", "discard", "keep_waiting", "waiting"]

_KEY = "record_waiting"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A record that waits: its facts, where it came from, and its report."""

    facts: PatientFacts
    source: RecordSource
    report: Told


def keep_waiting(session: SessionBase, words: Json, *, name: str, sha256: str) -> None:
    """Let a reading wait, as `told.in_words` has it; one that waited before is discarded."""
    session[_KEY] = {**words, "name": name, "sha256": sha256}


def waiting(session: SessionBase) -> Waiting | None:
    """The record that waits, if any."""
    raw: Mapping[str, Any] | None = session.get(_KEY)
    if raw is None:
        return None
    counts, unsettled, ended = raw["report"]
    return Waiting(
        facts_from_json(raw["facts"]),
        RecordSource(raw["name"], raw["sha256"], raw["ignored"], died=raw["died"]),
        Told(counts, unsettled, [(name, reasons) for name, reasons in ended]),
    )


def discard(session: SessionBase) -> None:
    """Forget the record that waits."""
    session.pop(_KEY, None)
