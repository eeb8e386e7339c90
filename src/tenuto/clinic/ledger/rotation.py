"""Exchanging the ledger's key: one event under the old key says which comes next, and the anchors begin under the new one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from tenuto.clinic.ledger import anchor, chain
from tenuto.clinic.ledger.models import AuditEvent

__all__ = ["LedgerTurn", "RotationRefused", "ledger_turn", "read_turns", "turning"]


class RotationRefused(RuntimeError):
    """The keys can't be exchanged as they are given. The text says what to do; nothing was changed."""


@dataclass(frozen=True, slots=True)
class LedgerTurn:
    """What has to be done with the ledger's key: `before` is the one that ends, empty when it is the current one already."""

    before: str = ""
    only_anchors: bool = False
    """The event is there; only the anchors still know the old key, as after a crash."""
    detail: dict[str, Any] = field(default_factory=dict)


def read_turns() -> chain.KeyTurns:
    """Which key sealed which events, as the chain tells. Its word is checked with the events that say so."""
    rows = (
        AuditEvent.objects.filter(
            action=chain.ROTATED, subject_type=AuditEvent._meta.label_lower, subject_id=""
        )
        .order_by("number")
        .values_list("number", "detail_json")
    )
    told = {number: _ended(detail) for number, detail in rows}
    return chain.KeyTurns.of({number: key for number, key in told.items() if key})


def ledger_turn() -> LedgerTurn:
    """Find under which of the given keys the chain stands. Raises RotationRefused when it is none of them."""
    if _stands_under(settings.LEDGER_KEY):
        return LedgerTurn()
    for before in settings.LEDGER_KEY_FALLBACKS:
        if _stands_under(before):
            to = chain.fingerprint(settings.LEDGER_KEY)
            detail = {"ledger": {"from": chain.fingerprint(before), "to": to}}
            return LedgerTurn(before, only_anchors=_newest_goes_to(to), detail=detail)
    raise RotationRefused(
        "The chain stands under none of the keys that are given. Put the key that it was written with into "
        "TENUTO_LEDGER_KEY_FALLBACKS, and check with `tenuto audit verify` under that key first."
    )


@contextmanager
def turning(turn: LedgerTurn) -> Iterator[None]:
    """Inside it events are sealed with the key that ends; afterwards the anchors know the chain under the new one."""
    if not turn.before:
        yield
        return
    with chain.under(turn.before):
        yield
    anchor.begin_anew()


def _stands_under(key: str) -> bool:
    with chain.under(key):
        return next(anchor.disagreements(anchor.newest()), None) is None


def _newest_goes_to(fingerprint: str) -> bool:
    event = AuditEvent.objects.order_by("-number").first()
    return (
        event is not None
        and event.action == chain.ROTATED
        and event.detail.get("ledger", {}).get("to") == fingerprint
    )


def _ended(detail_json: str) -> str:
    try:
        return str(json.loads(detail_json)["ledger"]["from"])
    except (ValueError, KeyError, TypeError, RecursionError):
        # Another rotation, or an event that was changed: its own seal says which.
        return ""
