"""The base of every clinical table: rows are added, never changed, and never without their audit event.

A row that is added waits for the next `ledger.services.record` in the same transaction, which takes its digest into
the chain. Committing without one raises; `tenuto audit verify` reports such a row too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, NoReturn, TypeVar

from django.db import models, transaction

from tenuto.clinic.ledger.canonical import digest, texts_of, values_of

__all__ = ["AppendOnly", "AppendOnlyError", "row_digest", "take_unsealed", "unsealed"]

Row = TypeVar("Row", bound="AppendOnly")


class AppendOnlyError(RuntimeError):
    """Somebody tried to change or delete a row that must stay as it was written."""


class _Unsealed:
    """A row that has no audit event yet. Kept among the transaction's callbacks, so that a rolled back savepoint
    forgets the row and its mark together."""

    def __init__(self, row: AppendOnly) -> None:
        self.row = row
        self.sealed = False

    def __call__(self) -> None:
        if not self.sealed:
            raise AppendOnlyError(
                f"A row of {self.row._meta.label_lower} was written without an audit event. Call ledger.services.record "
                "after writing it, in the same transaction."
            )


class AppendOnlyQuerySet(models.QuerySet[Row]):
    """Finds and adds; refuses the rest."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise _refusal(self.model)

    def delete(self) -> NoReturn:
        raise _refusal(self.model)

    def bulk_create(self, objs: Iterable[Row], *args: Any, **kwargs: Any) -> list[Row]:
        _check_in_transaction(self.model)
        objs = list(objs)
        self.model.take_places(objs)
        rows = super().bulk_create(objs, *args, **kwargs)
        for row in rows:
            transaction.on_commit(_Unsealed(row))
        return rows


class AppendOnly(models.Model):
    """Inherit, and add `append_only("<table>")` of `ledger.triggers` to the migration that creates the table."""

    objects: ClassVar[models.Manager[Any]] = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the row. Raises `AppendOnlyError` for a row that is already there, or outside a transaction."""
        if not self._state.adding:
            raise _refusal(type(self))
        _check_in_transaction(type(self))
        self.take_places([self])
        super().save(force_insert=True)
        transaction.on_commit(_Unsealed(self))

    @classmethod
    def take_places(cls, rows: Sequence[AppendOnly]) -> None:
        """Called before rows are added; here a `Fact` takes its place in the order of events."""

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise _refusal(type(self))


def row_digest(row: models.Model) -> str:
    """The digest of a row as it was given to the database."""
    return digest(row._meta.label_lower, texts_of(type(row), values_of(row)))


def unsealed() -> list[AppendOnly]:
    """The rows of this transaction that wait for their audit event, in the order they were written."""
    return [mark.row for mark in reversed(_waiting())]


def take_unsealed() -> list[AppendOnly]:
    """The same rows, now spoken for."""
    marks = _waiting()
    for mark in marks:
        mark.sealed = True
    return [mark.row for mark in reversed(marks)]


def _waiting() -> list[_Unsealed]:
    # Every audit event takes all rows before it, so those that wait are the newest: stop at the first that is sealed.
    marks = []
    for _, callback, *_ in reversed(transaction.get_connection().run_on_commit):
        if isinstance(callback, _Unsealed):
            if callback.sealed:
                break
            marks.append(callback)
    return marks


def _check_in_transaction(model: type[models.Model]) -> None:
    if not transaction.get_connection().in_atomic_block:
        raise AppendOnlyError(
            f"A row of {model._meta.label_lower} needs a transaction that its audit event shares."
        )


def _refusal(model: type[models.Model]) -> AppendOnlyError:
    return AppendOnlyError(
        f"{model._meta.label_lower} is append-only: add a row that corrects the other one."
    )
