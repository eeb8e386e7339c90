"""What is known about one person, each fact with its date and where it was read. Unknown is absent, never a default."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

__all__ = [
    "Allergy",
    "Answer",
    "Coding",
    "Consent",
    "Identifier",
    "Measurement",
    "Medication",
    "Origin",
    "PatientFacts",
    "Person",
    "Problem",
    "ProblemStatus",
    "RecordedScore",
    "SuicideAttempt",
]

Origin = str
"""Where a fact was read, such as `Observation/42` or `form`; shown to the user beside the fact."""


@dataclass(frozen=True, slots=True)
class Coding:
    """One code of a code system. `system` is a short name: icd10cm, snomed, rxnorm, loinc, or the original URI."""

    system: str
    code: str
    display: str = ""


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number by which some system knows a person. `str()` is how pages show it, such as `MR 0042`."""

    value: str
    label: str = ""
    """What kind of number it is, as the sender says."""
    system: str = ""
    """Who gave it out, as an address; empty when nobody says."""
    proves: bool = False
    """True for a number of one person's own in a known system; False for a family's, and without a system."""

    def __str__(self) -> str:
        return f"{self.label} {self.value}".strip()


@dataclass(frozen=True, slots=True)
class Person:
    """Who it is. Two identifiers are needed before anything is done to the person."""

    name: str = ""
    identifiers: tuple[Identifier, ...] = ()
    birth_date: date | None = None
    sex: str = ""
    """Administrative sex: `male`, `female`, `other`, or empty when not recorded."""
    birth_sent: str = ""
    """What was sent of a birth date that is not complete, `1984-02` or `1984`: `birth_date` is then the latest it can be."""


class ProblemStatus(StrEnum):
    """The state of a diagnosis. REFUTED is a recorded 'no': the only way to know that something is absent."""

    ACTIVE = "active"
    REMISSION = "remission"
    RESOLVED = "resolved"
    REFUTED = "refuted"


@dataclass(frozen=True, slots=True)
class Problem:
    """A diagnosis or history item as recorded, not yet classified."""

    text: str
    codings: tuple[Coding, ...] = ()
    status: ProblemStatus = ProblemStatus.ACTIVE
    onset: date | None = None
    ended: date | None = None
    severity: str = ""
    origin: Origin = ""
    certain: bool = True
    """False for one that the record calls provisional, differential or unconfirmed: it may close a gate, never open one."""


@dataclass(frozen=True, slots=True)
class Medication:
    """A medicine that the person takes or has been ordered, as recorded."""

    text: str
    codings: tuple[Coding, ...] = ()
    dose: str = ""
    last_taken: date | None = None
    origin: Origin = ""


@dataclass(frozen=True, slots=True)
class Allergy:
    """An allergy or intolerance that is active, as recorded."""

    text: str
    codings: tuple[Coding, ...] = ()
    reaction: str = ""
    origin: Origin = ""


@dataclass(frozen=True, slots=True)
class Measurement:
    """A measured value in the unit that its `kind` prescribes, such as kind `weight_kg`."""

    kind: str
    value: Decimal
    taken: date | None
    origin: Origin = ""
    original: str = ""
    """The value as it was sent when it was converted, such as `154 [lb_av]`; empty otherwise."""
    estimated: bool = False
    """True when the record says that the value was stated or estimated, not measured."""
    minute: str = ""
    """Time of day as HH:MM when recorded, to tell repeated readings of one day apart."""
    reference_high: Decimal | None = None
    """Upper limit of normal in the same unit, as the laboratory sent it; None when it sent none."""
    at: datetime | None = None
    """The instant with its offset; None when only the day, or no offset, is recorded. `taken` is its day."""
    unclear: str = ""
    """Why nobody can rely on it, such as a status that is not final. It opens nothing, and beside it no older one does."""


@dataclass(frozen=True, slots=True)
class RecordedScore:
    """A total of a rating scale, with its items where they were sent."""

    instrument: str
    value: Decimal
    taken: date | None
    origin: Origin = ""
    items: tuple[tuple[str, int], ...] = ()
    at: datetime | None = None
    """The instant with its offset; None when only the day is known."""
    unclear: str = ""
    """What was sent, when the value is not certain: `value` is then the most that it can be. It may close, never open."""
    late: bool = False
    """It came on record after a triage that was done after it: it takes nothing of that back, and stays in sight."""
    asked_in: str = ""
    """What the form that asked is called, where it is not the instrument itself but one that is not known here."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to one question of the intake, by fact id; a yes or no, a number, a date or words."""

    fact: str
    value: bool | Decimal | date | str
    taken: date | None = None
    origin: Origin = ""
    at: datetime | None = None
    """The instant with its offset; None when only the day is known."""
    detail: str = ""
    """What was said beside a yes: what it was, when, how it is now."""
    stands: bool = False
    """An earlier answer given here that closes: a later answer takes it back only with a prescriber's reason."""
    taken_back: str = ""
    """The earlier answer that this one took back, by whom, when and why."""
    not_theirs: bool = False
    """A clinical judgement that somebody recorded whose it is not: it may close, and opens nothing."""


@dataclass(frozen=True, slots=True)
class StruckResult:
    """A result of a test, or values measured together, that were entered in error: they count no more, and both statements
    stay in sight."""

    fact: str
    value: str
    taken: date | None
    by: str
    """Who struck it."""
    on: date
    why: str
    origin: Origin = ""
    values: tuple[Measurement, ...] = ()
    """What was measured; empty of a result that is told in a word."""


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent to treatment as recorded."""

    signed: date | None
    active: bool
    indication: str = ""
    version: str = ""
    origin: Origin = ""
    refused: bool = False
    """True for a recorded no: rejected, taken back or denied. It stands until a consent is given after it."""
    at: datetime | None = None
    """The instant with its offset; None when only the day is known. `signed` is its day."""


@dataclass(frozen=True, slots=True)
class SuicideAttempt:
    """A suicide attempt as recorded. A triage answers it that came after it was recorded, whenever it happened."""

    on: date
    """The day on which it happened."""
    taken: date | None = None
    """The day on which it came on record."""
    at: datetime | None = None
    """The instant of that with its offset; None when only the day is known."""
    origin: Origin = ""


@dataclass(frozen=True, slots=True)
class PatientFacts:
    """Everything known about one person at one moment. Order never matters."""

    person: Person
    problems: tuple[Problem, ...] = ()
    medications: tuple[Medication, ...] = ()
    allergies: tuple[Allergy, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    scores: tuple[RecordedScore, ...] = ()
    answers: tuple[Answer, ...] = ()
    consents: tuple[Consent, ...] = ()
    unreadable: tuple[str, ...] = ()
    """Sentences about entries that were sent but could not be used, such as a weight without a coded unit."""
    attempts: tuple[SuicideAttempt, ...] = ()
    struck: tuple[StruckResult, ...] = ()
    """Results that count no more."""

    def answer(self, fact: str) -> Answer | None:
        """The newest answer to `fact`, or None. Undated answers count as oldest, and what was answered anew as older; a
        clinical judgement comes before whatever somebody else wrote there."""
        given = [a for a in self.answers if a.fact == fact]
        return max(
            given,
            key=lambda a: (not a.not_theirs, a.taken or date.min, not a.stands, str(a.value)),
            default=None,
        )

    def measured(self, kind: str) -> tuple[Measurement, ...]:
        """All values of a kind, newest first."""
        found = [m for m in self.measurements if m.kind == kind]
        return tuple(sorted(found, key=_newest_last, reverse=True))


def _newest_last(m: Measurement) -> tuple[date, str, Decimal, str, str]:
    """Age first; the rest only keeps the order of arrival from mattering."""
    return (m.taken or date.min, m.minute, m.value, m.original, m.origin)
