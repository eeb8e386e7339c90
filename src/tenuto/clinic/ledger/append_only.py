"""The base of every clinical table: rows are added, never changed, and never without their audit event.

A row that is added waits for the next `ledger.services.record` in the same transaction, which takes its digest into
the chain. Committing without one raises; `tenuto audit verify` reports such a row too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, NoReturn, TypeVar

from django.db import models, transaction

from tenuto.clinic.ledger.canonical import digest, texts_of, values_of
from tenuto.clinic.ledger.marks import AppendOnlyError, Mark, check_in_transaction, waiting_marks

__all__ = ["AddedRow", "AppendOnly", "AppendOnlyError", "row_digest", "unsealed"]

Row = TypeVar("Row", bound="AppendOnly")


class AddedRow(Mark):
    """That a row was added."""

    def __init__(self, row: AppendOnly) -> None:
        super().__init__(type(row))
        self.row = row


class AppendOnlyQuerySet(models.QuerySet[Row]):
    """Finds and adds; refuses the rest."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise _refusal(self.model)

    def delete(self) -> NoReturn:
        raise _refusal(self.model)

    def bulk_create(self, objs: Iterable[Row], *args: Any, **kwargs: Any) -> list[Row]:
        check_in_transaction(self.model)
        objs = list(objs)
        self.model.take_places(objs)
        rows = super().bulk_create(objs, *args, **kwargs)
        for row in rows:
            transaction.on_commit(AddedRow(row))
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
        check_in_transaction(type(self))
        self.take_places([self])
        super().save(force_insert=True)
        transaction.on_commit(AddedRow(self))

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
    return [mark.row for mark in waiting_marks() if isinstance(mark, AddedRow)]


def _refusal(model: type[models.Model]) -> AppendOnlyError:
    return AppendOnlyError(
        f"{model._meta.label_lower} is append-only: add a row that corrects the other one."
    )
