"""The newest sealed states of rows, and whether the chain itself speaks for them.

A state is a row like another: whoever can write the tables can put one in that fits what they made of a row. Its digest is
in a sealed event, and that nobody without the key can make.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable

from django.db.models import Q

from tenuto.clinic.ledger.append_only import row_digest
from tenuto.clinic.ledger.canonical import texts_of, values_of
from tenuto.clinic.ledger.chain import current_key, mac
from tenuto.clinic.ledger.models import AuditEvent, SealedState
from tenuto.clinic.ledger.rotation import read_turns

__all__ = ["newest_states"]

Place = tuple[str, str]
"""The label of a table and the key of a row, as text."""


def newest_states(places: Collection[Place]) -> dict[Place, SealedState]:
    """The newest state of each row; those without one, or with one that no event speaks for, are left out. Two queries."""
    rows: dict[str, list[str]] = {}
    for table, row in places:
        rows.setdefault(table, []).append(row)
    wanted = Q()
    for table, keys in rows.items():
        wanted |= Q(table=table, row__in=keys)
    states = SealedState.objects.filter(wanted).order_by("event_number", "id") if rows else []
    newest = {(state.table, state.row): state for state in states}
    spoken = _spoken_for(newest.values())
    return {place: state for place, state in newest.items() if state.pk in spoken}


def _spoken_for(states: Iterable[SealedState]) -> set[int]:
    by_number: dict[int, list[SealedState]] = {}
    for state in states:
        by_number.setdefault(state.event_number, []).append(state)
    spoken: set[int] = set()
    for event in AuditEvent.objects.filter(number__in=by_number) if by_number else ():
        if _is_genuine(event):
            told = _told(event)
            spoken |= {
                state.pk for state in by_number[event.number] if (str(state.pk), row_digest(state)) in told
            }
    return spoken


def _is_genuine(event: AuditEvent) -> bool:
    texts = texts_of(AuditEvent, values_of(event))
    # Which key was in turn is looked up only for what an earlier one sealed.
    return mac(texts, current_key()) == event.mac or read_turns().sealed(texts, event.number)


def _told(event: AuditEvent) -> set[tuple[str, str]]:
    label = SealedState._meta.label_lower
    return {(row, made) for table, row, made in json.loads(event.rows_json) if table == label}
