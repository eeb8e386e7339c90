"""A gate in one line: the mark, the first reason and how many more there are."""

from __future__ import annotations

from dataclasses import dataclass

from tenuto.clinic.ui.gates import mark_of
from tenuto.core.gate import Finding, Gate, Level

__all__ = ["Reasons", "first_words", "reasons"]

SHORTEST_REASON = 40


@dataclass(frozen=True, slots=True)
class Reasons:
    """What needs a decision about the person, the worst first and what is recorded before what is missing."""

    open: tuple[Finding, ...]
    level: Level

    @property
    def mark(self) -> str:
        """The mark of the worst."""
        return mark_of(self.level)

    @property
    def why(self) -> str:
        """The worst in a sentence; empty when nothing is open."""
        return first_words(self.open[0].message) if self.open else ""

    @property
    def more(self) -> str:
        """'and 3 more'; empty when there is one or none."""
        rest = len(self.open) - 1
        return f"and {rest} more" if rest > 0 else ""

    @property
    def missing(self) -> Reasons:
        """The same of what merely lacks."""
        return Reasons(tuple(f for f in self.open if f.missing), self.level)

    def told(self, level: Level) -> bool:
        """Whether something that is recorded, not something that lacks, stands at `level`."""
        return any(f.level is level and not f.missing for f in self.open)


def reasons(gate: Gate) -> Reasons:
    """What is open in a gate."""
    ordered = tuple(f for f in gate.findings if f.level > Level.PASS)
    return Reasons(ordered, max((f.level for f in ordered), default=Level.PASS))


def first_words(message: str) -> str:
    """The first sentence, or two when the first is only a heading."""
    sentences = message.split(". ")
    start = sentences[0] if len(sentences[0]) >= SHORTEST_REASON else ". ".join(sentences[:2])
    return f"{start.rstrip('.')}."
