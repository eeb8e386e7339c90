"""Rows that say who is who and who may do what. They change, and every state they had is sealed by an audit event.

A table is named once, by the room that owns it: `seal(Staff, without=("last_login",))`. From then on each change waits
for the next `ledger.services.record` of its transaction, which keeps a `SealedState` of the row; committing without one
raises. A row that is not in its newest sealed state was changed past the program: it is changed no further and opens
nothing (`check_sealed`), and `tenuto audit verify` names it.

Django's own signals are listened to here, and nowhere else: libraries write some of these tables, with no base class of ours.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from django.db import models, transaction
from django.db.models.signals import post_delete, post_save, pre_delete, pre_save

from tenuto.clinic.ledger import anchor
from tenuto.clinic.ledger.anchor import ChainBroken
from tenuto.clinic.ledger.canonical import digest, texts_of, values_of
from tenuto.clinic.ledger.marks import Mark, check_in_transaction, waiting_marks
from tenuto.clinic.ledger.models import SealedState
from tenuto.clinic.ledger.quick_rows import keep_rows
from tenuto.clinic.ledger.raw import key_column, raw_rows_of
from tenuto.clinic.ledger.spoken_for import newest_states

__all__ = [
    "GONE",
    "ChangedPastProgram",
    "await_event",
    "changed_past_program",
    "check_sealed",
    "digest_of",
    "keep_states",
    "seal",
    "sealed_tables",
    "state_digest",
]

GONE = ""
"""The digest of a row that was deleted."""
_columns: dict[type[models.Model], tuple[str, ...]] = {}


class ChangedPastProgram(ChainBroken):
    """A row that says who is who is not as its newest event left it. Nothing was written."""


class _ChangedRow(Mark):
    """That a row of a sealed table was added, changed or deleted."""

    def __init__(self, model: type[models.Model], key: Any, digest_when_added: str | None = None) -> None:
        super().__init__(model)
        self.key = key
        self.digest_when_added = digest_when_added
        """Known of a row that was just added; what else happened to a row is read back."""


def seal(model: type[models.Model], *, without: Collection[str] = ()) -> None:
    """Seal a table, but for the fields in `without`, which decide nothing. Called when the apps are ready."""
    fields = [field for field in model._meta.concrete_fields if field.name not in without]
    _columns[model] = tuple(sorted(str(field.column) for field in fields))
    name = f"seal {model._meta.label_lower}"
    pre_save.connect(_before_change, sender=model, dispatch_uid=name)
    pre_delete.connect(_before_change, sender=model, dispatch_uid=name)
    post_save.connect(_after_change, sender=model, dispatch_uid=name)
    post_delete.connect(_after_change, sender=model, dispatch_uid=name)


def sealed_tables() -> list[type[models.Model]]:
    """The tables that are sealed, in the order of their names."""
    return sorted(_columns, key=lambda model: str(model._meta.label_lower))


def state_digest(model: type[models.Model], columns: Iterable[str], texts: Mapping[str, str]) -> str:
    """The digest over some columns of a row."""
    return digest(model._meta.label_lower, {column: texts[column] for column in columns if column in texts})


def digest_of(row: models.Model) -> str:
    """The digest of a row of a sealed table as it was read, over what is sealed of it. No query."""
    model: type[models.Model] = row._meta.concrete_model or type(row)
    return state_digest(model, _columns[model], texts_of(model, values_of(row)))


def keep_states(event_number: int) -> None:
    """Keep the state of each row that waits, as the database has it now, for the event that is about to be written."""
    waiting: dict[type[models.Model], dict[str, list[_ChangedRow]]] = {}
    for mark in waiting_marks():
        if isinstance(mark, _ChangedRow):
            waiting.setdefault(mark.model, {}).setdefault(str(mark.key), []).append(mark)
    if not waiting:
        return
    keep_rows(
        SealedState(
            table=model._meta.label_lower,
            row=row,
            columns=",".join(_columns[model]),
            digest=made,
            event_number=event_number,
        )
        for model, rows in waiting.items()
        for row, made in _digests_of(model, rows).items()
    )


def await_event(model: type[models.Model], key: Any) -> None:
    """Let the next event of this transaction keep the state of a row."""
    transaction.on_commit(_ChangedRow(model, key))


def check_sealed(rows: Iterable[models.Model]) -> None:
    """Raise `ChangedPastProgram` unless each row, as the database has it, is in its newest sealed state.

    Rows that this transaction itself changed and that wait for their event are left out.
    """
    waiting = _waiting()
    asked: dict[type[models.Model], dict[str, Any]] = {}
    for row in rows:
        model: type[models.Model] = row._meta.concrete_model or type(row)
        if (model, str(row.pk)) not in waiting:
            asked.setdefault(model, {})[str(row.pk)] = row.pk
    newest = newest_states([(model._meta.label_lower, row) for model, keys in asked.items() for row in keys])
    for model, keys in asked.items():
        found = {texts[key_column(model)]: texts for texts in _texts(model, keys.values())}
        for key in keys:
            if not _fits(model, found.get(key), newest.get((model._meta.label_lower, key))):
                raise ChangedPastProgram(_why(model, key))


def changed_past_program(rows: Iterable[models.Model]) -> list[models.Model]:
    """Those of the rows that, as they were read, are not in their newest sealed state. Two queries, for pages.

    Rows that this transaction itself changed and that wait for their event are left out.
    """
    waiting = _waiting()
    read = [row for row in rows if (type(row), str(row.pk)) not in waiting]
    newest = newest_states([(row._meta.label_lower, str(row.pk)) for row in read])
    return [
        row
        for row in read
        if not _fits(
            type(row), texts_of(type(row), values_of(row)), newest.get((row._meta.label_lower, str(row.pk)))
        )
    ]


def _waiting() -> set[tuple[type[models.Model], str]]:
    return {(mark.model, str(mark.key)) for mark in waiting_marks() if isinstance(mark, _ChangedRow)}


def _fits(model: type[models.Model], texts: Mapping[str, str] | None, newest: SealedState | None) -> bool:
    if newest is None:
        return False
    found = GONE if texts is None else state_digest(model, newest.columns.split(","), texts)
    return found == newest.digest


def _why(model: type[models.Model], row: str) -> str:
    """What to say of a row that does not fit: under another key no state is spoken for, and no row is to blame."""
    broken = next(anchor.disagreements(anchor.newest()), "")
    return (
        f"{broken} Nothing was written. Run `tenuto audit verify` on the server."
        if broken
        else _sentence(model, row)
    )


def _sentence(model: type[models.Model], row: str) -> str:
    return (
        f"Row {row} of {model._meta.label_lower} is not as its newest event left it: it was changed past the program. "
        "Nothing was written. Run `tenuto audit verify` on the server."
    )


def _digests_of(model: type[models.Model], rows: Mapping[str, list[_ChangedRow]]) -> dict[str, str]:
    known = {row: marks[0].digest_when_added for row, marks in rows.items() if len(marks) == 1}
    unknown = {row: marks[0].key for row, marks in rows.items() if known.get(row) is None}
    found = _states(model, unknown) if unknown else {}
    return {row: known.get(row) or found.get(row, GONE) for row in rows}


def _states(model: type[models.Model], keys: Mapping[str, Any]) -> dict[str, str]:
    """The digests of the rows with these keys, as the database has them; those that are not there are left out."""
    return {
        texts[key_column(model)]: state_digest(model, _columns[model], texts)
        for texts in _texts(model, keys.values())
    }


def _texts(model: type[models.Model], keys: Iterable[Any]) -> Iterator[dict[str, str]]:
    given = list(keys)
    return (texts_of(model, raw) for raw in raw_rows_of(model, given)) if given else iter(())


def _before_change(
    sender: type[models.Model], instance: models.Model, update_fields: Collection[str] | None = None, **_: Any
) -> None:
    if not _touches(sender, update_fields):
        return
    check_in_transaction(sender)
    if not instance._state.adding:
        check_sealed([instance])


def _after_change(
    sender: type[models.Model],
    instance: models.Model,
    update_fields: Collection[str] | None = None,
    created: bool = False,
    **_: Any,
) -> None:
    if not _touches(sender, update_fields):
        return
    made = state_digest(sender, _columns[sender], texts_of(sender, values_of(instance))) if created else None
    transaction.on_commit(_ChangedRow(sender, instance.pk, made))


def _touches(model: type[models.Model], update_fields: Collection[str] | None) -> bool:
    """Whether what is saved decides anything; all fields are saved when none is named."""
    if update_fields is None:
        return True
    sealed = set(_columns[model])
    return any(
        field.column in sealed and (field.name in update_fields or field.attname in update_fields)
        for field in model._meta.concrete_fields
    )
