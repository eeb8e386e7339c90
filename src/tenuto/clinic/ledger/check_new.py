"""Checks what was written since a check last found nothing: the links from there on, and the rows that these events speak for.

A check that finds nothing keeps a mark beside the anchor, sealed with the ledger's key. What lies before the mark is the whole
check's business: a row of last year that is changed today is found by that one alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings

from tenuto.clinic.ledger.anchor import Anchor, FileAnchor
from tenuto.clinic.ledger.models import AuditEvent, SealedState
from tenuto.clinic.ledger.raw import raw_rows_of
from tenuto.clinic.ledger.sealed_check import unfit_among
from tenuto.clinic.ledger.verify import ChainFinding, Report, rows_of_new_events

__all__ = ["NeverChecked", "against_mark", "forget_mark", "keep_mark", "verify_new"]


class NeverChecked(RuntimeError):
    """There is no mark to begin at."""


def keep_mark(report: Report) -> None:
    """Keep where a check ended that found nothing. Raises OSError when the place can't be written."""
    _mark().write(Anchor(report.last, report.head), backwards=True)


def against_mark() -> Iterator[ChainFinding]:
    """A finding when the event at which the last check ended is not in the chain: it was rolled back together with its anchor."""
    known = _mark().read()
    if known is None or not known.genuine or not known.number:
        return
    event = AuditEvent.objects.filter(number=known.number).values_list("mac", flat=True).first()
    if event != known.mac:
        yield ChainFinding(
            f"event {known.number}",
            f"Event {known.number}, where the last check ended, was replaced or is gone.",
        )


def forget_mark() -> None:
    """Begin anew after a break that somebody accepted. Raises OSError."""
    _mark().path.unlink(missing_ok=True)


def verify_new(report: Report) -> Iterator[ChainFinding]:
    """Yield the findings after the mark; `report` counts along. Raises `NeverChecked` when there is none of this key."""
    known = _mark().read()
    if known is None or not known.genuine:
        raise NeverChecked(
            "No whole check of this server has found nothing yet. Run `tenuto audit verify` first."
        )
    yield from against_mark()
    report.last, report.head = known.number, known.mac
    changed: dict[str, set[str]] = defaultdict(set)

    def given(label: str, keys: list[str]) -> Iterator[dict[str, Any]]:
        for raw in raw_rows_of(apps.get_model(label), keys):
            if label == SealedState._meta.label_lower:
                changed[str(raw["table"])].add(str(raw["row"]))
            yield raw

    yield from rows_of_new_events(report, given)
    for unfit in unfit_among(changed):
        yield ChainFinding(f"{unfit.model._meta.label_lower} {unfit.row}", unfit.sentence)


def _mark() -> FileAnchor:
    return FileAnchor(
        Path(settings.LEDGER_ANCHOR).with_name("ledger-checked.json"), "the mark of the last check"
    )
