"""Tables that are worked out from others. They are whole when they say what would be worked out now.

The room that keeps such a table registers how it is compared, when the apps are ready; `tenuto audit verify` asks all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.db import DatabaseError

__all__ = ["compare_derived", "compared_tables", "derived_differences"]

Compare = Callable[[], Iterator[str]]
_compared: dict[str, Compare] = {}


def compare_derived(label: str, compare: Compare) -> None:
    """Let `compare` say, one sentence each, where the table `label` differs from what it is worked out from."""
    _compared[label] = compare


def compared_tables() -> frozenset[str]:
    """What is compared, by its label."""
    return frozenset(_compared)


def derived_differences() -> Iterator[tuple[str, str]]:
    """Table and sentence of every difference."""
    for label, compare in _compared.items():
        try:
            for sentence in compare():
                yield label, sentence
        except (ValueError, DatabaseError) as error:
            yield label, f"What {label} holds can't be read: {error}."
