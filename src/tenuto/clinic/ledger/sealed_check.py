"""Compares every row of the sealed tables with the newest state that an audit event left it in."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import models, transaction

from tenuto.clinic.ledger.canonical import texts_of
from tenuto.clinic.ledger.head import held_head
from tenuto.clinic.ledger.models import SealedState
from tenuto.clinic.ledger.raw import key_column, raw_rows, raw_rows_of
from tenuto.clinic.ledger.sealed import GONE, sealed_tables, state_digest

__all__ = ["UnfitRow", "unfit_among", "unfit_rows"]

SOME = 500
"""Rows in one question to the database."""


@dataclass(frozen=True, slots=True)
class UnfitRow:
    """A row of a sealed table that is not in its newest sealed state, and a sentence about it."""

    model: type[models.Model]
    row: str
    sentence: str


def unfit_rows(counted: Callable[[], None] = lambda: None) -> Iterator[UnfitRow]:
    """The rows that were changed, deleted or put in past the program. `counted` is called for each row that is read.

    Rows may be written meanwhile: what does not fit at first sight is looked at again with the chain held.
    """
    with closing(_NewestStates()) as states:
        doubtful = [unfit for model in sealed_tables() for unfit in _table(model, states, counted)]
        doubtful += states.left_over()
    for unfit in doubtful:
        if _is_unfit(unfit):
            yield unfit


def unfit_among(rows: Mapping[str, Collection[str]]) -> Iterator[UnfitRow]:
    """The same among some rows only, by the label of their table; tables that are not sealed any more are left out."""
    for model in sealed_tables():
        keys = sorted(rows.get(model._meta.label_lower, ()))
        for start in range(0, len(keys), SOME):
            yield from filter(_is_unfit, _unfit_at_first_sight(model, keys[start : start + SOME]))


def _unfit_at_first_sight(model: type[models.Model], keys: list[str]) -> Iterator[UnfitRow]:
    label = model._meta.label_lower
    states = SealedState.objects.filter(table=label, row__in=keys).order_by("event_number", "id")
    newest = {state.row: state for state in states}
    found = {raw_texts[key_column(model)]: raw_texts for raw_texts in _texts_of_rows(model, keys)}
    for row in keys:
        state, texts = newest.get(row), found.get(row)
        if state is None:
            yield UnfitRow(model, row, _put_in(label, row))
            continue
        has = GONE if texts is None else state_digest(model, state.columns.split(","), texts)
        if has != state.digest:
            yield UnfitRow(model, row, f"Row {row} of {label} is not as event {state.event_number} left it.")


def _texts_of_rows(model: type[models.Model], keys: list[str]) -> Iterator[dict[str, str]]:
    try:
        found = raw_rows_of(model, keys)
    except (ValidationError, ValueError, TypeError, OverflowError):  # a key that was replaced by rubbish
        return
    yield from (texts_of(model, raw) for raw in found)


def _table(
    model: type[models.Model], states: _NewestStates, counted: Callable[[], None]
) -> Iterator[UnfitRow]:
    label, key = model._meta.label_lower, key_column(model)
    for raw in raw_rows(model):
        counted()
        texts = texts_of(model, raw)
        row = texts.get(key, "")
        known = states.take(label, row)
        if known is None:
            yield UnfitRow(model, row, _put_in(label, row))
            continue
        columns, expected, event = known
        if expected == GONE:
            yield UnfitRow(model, row, f"Row {row} of {label} is back, though event {event} deleted it.")
        elif state_digest(model, columns.split(","), texts) != expected:
            yield UnfitRow(
                model, row, f"Row {row} of {label} is not as event {event} left it: it was changed."
            )


def _put_in(label: str, row: str) -> str:
    return f"Row {row} of {label} has no audit event: it was put in past the program, or its event is gone."


def _is_unfit(unfit: UnfitRow) -> bool:
    """Whether it still does not fit, while nobody writes."""
    with transaction.atomic():
        held_head()
        label = unfit.model._meta.label_lower
        newest = (
            SealedState.objects.filter(table=label, row=unfit.row).order_by("-event_number", "-id").first()
        )
        if newest is None:
            return True
        digests = [
            state_digest(unfit.model, newest.columns.split(","), texts)
            for texts in _texts_of_rows(unfit.model, [unfit.row])
        ]
        return (digests or [GONE]) != [newest.digest]


class _NewestStates:
    """The newest state of each row, on disk so that memory does not grow with the years."""

    def __init__(self) -> None:
        self._store = sqlite3.connect("")
        self._store.execute(
            "CREATE TABLE newest (label, row, columns, digest, event, PRIMARY KEY (label, row)) WITHOUT ROWID"
        )
        self._store.executemany(
            "INSERT INTO newest VALUES (?, ?, ?, ?, ?) ON CONFLICT (label, row) DO UPDATE SET "
            "columns = excluded.columns, digest = excluded.digest, event = excluded.event "
            "WHERE excluded.event >= newest.event",
            (
                (raw["table"], raw["row"], raw["columns"], raw["digest"], raw["event_number"])
                for raw in raw_rows(SealedState)
            ),
        )

    def take(self, label: str, row: str) -> tuple[str, str, str] | None:
        """The columns, the digest and the event of a row's newest state; None for a row that never had one."""
        key = (label, row)
        found = self._store.execute(
            "SELECT columns, digest, event FROM newest WHERE (label, row) = (?, ?)", key
        ).fetchone()
        self._store.execute("DELETE FROM newest WHERE (label, row) = (?, ?)", key)
        return (str(found[0]), str(found[1]), str(found[2])) if found else None

    def left_over(self) -> Iterator[UnfitRow]:
        """Rows that were sealed as there and are not."""
        query = "SELECT label, row, event FROM newest WHERE digest != '' ORDER BY event, label, row"
        tables = {model._meta.label_lower: model for model in sealed_tables()}
        for label, row, event in self._store.execute(query):
            # A state of another table was put in past the program; the chain does not know it and has said so.
            if label in tables:
                sentence = f"Row {row} of {label}, as event {event} left it, is missing: it was deleted."
                yield UnfitRow(tables[label], row, sentence)

    def close(self) -> None:
        """Give the temporary file back."""
        self._store.close()
