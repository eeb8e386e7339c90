"""What became of every entry of an outside record: nothing that was sent ends unsaid.

The reader fills it; the gate sees what is unsettled, through `PatientFacts.unreadable`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from tenuto.core.dates import say_short

__all__ = ["Ending", "EntryRead", "ReadingReport", "Unjudged", "listed", "with_unknown"]


class Ending(StrEnum):
    """How an entry ended, in the order in which a person looks at them."""

    NOT_UNDERSTOOD = "not understood"
    WITHHELD = "withheld"
    SOMEBODY_ELSE = "about somebody else"
    TAKEN_BACK = "taken back"
    USED = "used"
    NOT_NEEDED = "not needed"


@dataclass(frozen=True, slots=True)
class EntryRead:
    """One entry of the input: its name there, how it ended, and why."""

    label: str
    ending: Ending
    why: str = ""

    @property
    def kind(self) -> str:
        """The resource type, as the label begins with it."""
        return self.label.split("/", 1)[0].split(" ", 1)[0]


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A value that is recorded and that no rule judges: its name, what was sent, and its day."""

    name: str
    value: str
    day: date | None = None
    marked: bool = False
    """True for words, a yes or an abnormal mark: each is shown, where of bare numbers the newest of a name is."""

    @property
    def words(self) -> str:
        """All three, such as `Potassium: 6.9 mmol/L (8 Feb 2026)`."""
        when = f" ({say_short(self.day)} {self.day.year})" if self.day else ""
        return f"{self.name}: {self.value}{when}"


@dataclass(frozen=True, slots=True)
class ReadingReport:
    """Every entry in the order of the input, and the sentences that a person has to settle."""

    entries: tuple[EntryRead, ...] = ()
    unsettled: tuple[str, ...] = ()
    """One sentence a meaning: what was not understood or withheld where a required fact could stand, and every doubt."""

    in_full: tuple[str, ...] = ()
    """The same sentences with every entry named, where a list was shortened; empty where none was."""

    @property
    def settled(self) -> bool:
        """True when nothing is left for a person to look at."""
        return not self.unsettled

    @property
    def counts(self) -> Mapping[Ending, int]:
        """How many entries ended in each way; ways that none did are left out."""
        found = Counter(entry.ending for entry in self.entries)
        return {ending: found[ending] for ending in Ending if found[ending]}

    def ended(self, ending: Ending) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The entries that ended so, by their reason, or by their kind where they were used: that, and the labels with it."""
        found: dict[str, list[str]] = {}
        for entry in self.entries:
            if entry.ending is ending:
                found.setdefault((ending is not Ending.USED and entry.why) or entry.kind, []).append(
                    entry.label
                )
        return tuple((why, tuple(labels)) for why, labels in found.items())


def with_unknown(report: ReadingReport, unknown: Mapping[str, Collection[str]]) -> ReadingReport:
    """The report of a record in which the rules do not know some facts: sentences, each with the entries that it is about.

    What was read and means nothing to the rules was not understood, and a person has to look at it.
    """
    why = {label: sentence for sentence, labels in unknown.items() for label in labels}
    return replace(
        report,
        entries=tuple(
            EntryRead(e.label, Ending.NOT_UNDERSTOOD, why[e.label])
            if e.ending is Ending.USED and e.label in why
            else e
            for e in report.entries
        ),
        unsettled=(*report.unsettled, *unknown),
        in_full=(*(report.in_full or report.unsettled), *unknown),
    )


def listed(labels: Iterable[str], *, most: int = 3) -> str:
    """Some names in a sentence: `Observation/1, Observation/2, Observation/3 and 9 more`."""
    every = list(dict.fromkeys(labels))
    more = len(every) - most
    return ", ".join(every[:most]) + (f" and {more} more" if more > 0 else "")
