"""Marks on what a transaction wrote and what no audit event speaks for yet.

They are kept among the transaction's callbacks, so that a rolled back savepoint forgets what was written and its mark
together, and a commit without the event raises.
"""

from __future__ import annotations

from django.db import models, transaction

__all__ = ["AppendOnlyError", "Mark", "check_in_transaction", "take_marks", "waiting_marks"]


class AppendOnlyError(RuntimeError):
    """Somebody tried to change what must stay as it was written, or to write it without its audit event."""


class Mark:
    """That one row waits for its audit event."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        self.sealed = False

    def __call__(self) -> None:
        if not self.sealed:
            raise AppendOnlyError(
                f"A row of {self.model._meta.label_lower} was written without an audit event. Call ledger.services.record "
                "after writing it, in the same transaction."
            )


def waiting_marks() -> list[Mark]:
    """The marks of this transaction that wait, in the order of what was written."""
    # Every audit event takes all marks before it, so those that wait are the newest: stop at the first that is sealed.
    marks: list[Mark] = []
    for _, callback, *_ in reversed(transaction.get_connection().run_on_commit):
        if isinstance(callback, Mark):
            if callback.sealed:
                break
            marks.append(callback)
    return marks[::-1]


def take_marks() -> list[Mark]:
    """The same marks, now spoken for."""
    marks = waiting_marks()
    for mark in marks:
        mark.sealed = True
    return marks


def check_in_transaction(model: type[models.Model]) -> None:
    """Raise outside a transaction, where a row could be kept without its event."""
    if not transaction.get_connection().in_atomic_block:
        raise AppendOnlyError(
            f"A row of {model._meta.label_lower} needs a transaction that its audit event shares."
        )
