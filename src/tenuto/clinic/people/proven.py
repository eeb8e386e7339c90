"""Where a patient's name is written out, whoever asks for it: one whose row was edited past the program says so (hazard H1).

`patient.name` is what pages, lists, papers, calendars and exports print. When the name, the birth date or a number of the
patient is not what the newest event left, it carries `UNPROVEN`, so that no page can print it without. Patients are compared
together, all that were read since the last comparison: a list of a hundred costs as many queries as a page about one.
What compares or files names, and prints none, asks for `patient.kept_name`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from threading import local
from typing import Any
from weakref import ref

from django.db import connection, models
from django.db.models.query_utils import DeferredAttribute

__all__ = ["UNPROVEN", "compare_later", "compare_with", "is_unproven", "kept", "write_with_mark"]

UNPROVEN = " (identity not proven)"
"""What follows a name that was edited, or whose birth date or number was, or that another ledger key sealed."""
TOGETHER = 1000
"""How many are compared in one go; PostgreSQL and SQLite both take as many keys in a query."""
WAITING = 20_000
"""How many that were read are remembered until a name is written; one that was forgotten is compared by itself."""
_STATE = "_unproven"


_comparing: list[Callable[[Iterable[models.Model]], list[models.Model]]] = []
"""What tells of rows which of them were changed past the program: the ledger's, which models of patients can't wait for."""


def compare_with(changed: Callable[[Iterable[models.Model]], list[models.Model]]) -> None:
    """Say once, when the apps are ready, what compares rows with what was recorded."""
    _comparing.append(changed)


class _Waiting(local):
    """Who was read in this thread and not yet compared. Nobody is kept alive by it."""

    def __init__(self) -> None:
        self.patients: deque[ref[models.Model]] = deque(maxlen=WAITING)


_waiting = _Waiting()


class UnprovenName(str):
    """A name with its mark, which still knows the name: what is marked is not marked twice, and never kept with the mark."""

    kept: str

    def __new__(cls, name: str) -> UnprovenName:
        made = super().__new__(cls, name + UNPROVEN)
        made.kept = name
        return made


class _WrittenName(DeferredAttribute):
    def __get__(self, instance: models.Model | None, cls: type[models.Model] | None = None) -> Any:
        if instance is None:
            return self
        name = super().__get__(instance, cls)
        if isinstance(name, str) and not isinstance(name, UnprovenName) and is_unproven(instance):
            return UnprovenName(name)
        return name

    def __set__(self, instance: models.Model, value: Any) -> None:
        # A name that the program itself gives is not compared: it is sealed when it is saved.
        instance.__dict__[_STATE] = False
        instance.__dict__[self.field.attname] = value


def write_with_mark(model: type[models.Model], name: str) -> None:
    """Let a column be written out with its mark, and kept without. Called once, below the model."""
    field: Any = model._meta.get_field(name)
    field.pre_save = lambda instance, add: kept(instance, field.attname)
    field.value_from_object = lambda instance: kept(instance, field.attname)
    setattr(model, name, _WrittenName(field))


def kept(instance: models.Model, attname: str) -> Any:
    """The name as its row has it."""
    name = instance.__dict__.get(attname)
    if name is None:
        name = getattr(instance, attname)
    return name.kept if isinstance(name, UnprovenName) else name


def compare_later(patient: models.Model) -> None:
    """Compare a patient who was just read, once the name of any is written out."""
    patient.__dict__[_STATE] = None
    _waiting.patients.append(ref(patient))


def is_unproven(patient: models.Model) -> bool:
    """Whether name, birth date or a number of the patient is not what was recorded."""
    if patient.__dict__.get(_STATE, False) is None:
        if connection.needs_rollback:
            # Nothing can be asked before the transaction that failed is over.
            return False
        _compare(patient)
    return bool(patient.__dict__.get(_STATE))


def _compare(patient: models.Model) -> None:
    together = [patient]
    while _waiting.patients and len(together) < TOGETHER:
        other = _waiting.patients.popleft()()
        if other is not None and other is not patient and other.__dict__.get(_STATE) is None:
            together.append(other)
    changed = _changed(together)
    if changed:
        # Who was corrected since they were read is not as the newest event says either: the row itself decides.
        changed = _changed(list(type(patient)._default_manager.filter(pk__in=changed)))
    for each in together:
        each.__dict__[_STATE] = each.pk in changed


def _changed(patients: list[models.Model]) -> set[Any]:
    """The keys of those of whom the row, or that of a number, is not in its newest sealed state. Three queries."""
    if not patients:
        return set()
    numbers: Any = type(patients[0])._meta.get_field("identifiers").related_model
    read = numbers._default_manager.filter(patient__in=[each.pk for each in patients])
    return {getattr(row, "patient_id", row.pk) for row in _comparing[-1]([*patients, *read])}
