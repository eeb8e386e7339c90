"""One piece of work for each of many items: one after another here, or in several processes where the caller has them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

__all__ = ["Each", "one_by_one"]

Item = TypeVar("Item")
Result = TypeVar("Result")


class Each(Protocol):
    """Does `work` for every item and returns the results in the items' order, so that the same sums come out."""

    def __call__(self, work: Callable[[Item], Result], items: Sequence[Item], /) -> Sequence[Result]:
        """The results, one an item."""


def one_by_one(work: Callable[[Item], Result], items: Sequence[Item], /) -> Sequence[Result]:
    """In this process."""
    return [work(item) for item in items]
