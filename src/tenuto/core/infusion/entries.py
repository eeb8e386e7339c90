"""What is charted of a session: each entry with the moment it happened, and its place in the order of recording.

Facts are always recorded. An entry that breaks the order, comes late or contradicts another one is charted as it is; the
replay names the deviation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from tenuto.core.units import Mg, Ml, MlPerHour

__all__ = [
    "CONTENTS",
    "AdverseEventCharted",
    "BagLabelled",
    "BolusGiven",
    "Charted",
    "CollisionSettled",
    "DistressCharted",
    "DrugGiven",
    "EmergencyDeclared",
    "EmergencyEnded",
    "EntryStruck",
    "EscortSeen",
    "HandedOver",
    "InstructionsTaughtBack",
    "Leaving",
    "LineFlushed",
    "LineRecorded",
    "NoteWritten",
    "PatientLeft",
    "PrescriberSaw",
    "PumpPaused",
    "PumpResumed",
    "PumpStarted",
    "PumpStopped",
    "RateChanged",
    "RecoveryAnswered",
    "RecoveryScored",
    "ReminderAnswered",
    "SessionEntry",
    "SiteChecked",
    "StopCause",
    "VerbalOrderSigned",
    "VerbalOrderTaken",
    "VitalsTaken",
]


class StopCause(StrEnum):
    """Why the pump was stopped for good."""

    COMPLETED = "completed"
    PATIENT = "patient"
    """The patient wanted it to stop, which always stops."""
    BLOOD_PRESSURE = "blood_pressure"
    SEDATION = "sedation"
    DISTRESS = "distress"
    ADVERSE_EVENT = "adverse_event"
    EQUIPMENT = "equipment"
    OTHER = "other"


class Leaving(StrEnum):
    """How a patient left after an infusion. Only the first can be refused; the others are facts."""

    BY_CRITERIA = "by_criteria"
    REASONED = "reasoned"
    """A prescriber let the patient go although a criterion was open, with the reason."""
    AGAINST_ADVICE = "against_advice"
    TRANSFERRED = "transferred"
    """To a hospital or to emergency care."""


@dataclass(frozen=True, slots=True)
class PumpStarted:
    """The pump was started. `why_ungated` says why it ran although nobody had opened the gate; empty when it was open."""

    rate: MlPerHour
    why_ungated: str = ""


@dataclass(frozen=True, slots=True)
class RateChanged:
    """The pump runs at another rate; while it is paused, the rate it will run at."""

    rate: MlPerHour


@dataclass(frozen=True, slots=True)
class PumpPaused:
    """The pump stands still for a while."""


@dataclass(frozen=True, slots=True)
class PumpResumed:
    """The pump runs again at the rate that was set last."""


@dataclass(frozen=True, slots=True)
class PumpStopped:
    """The infusion is over."""

    cause: StopCause


@dataclass(frozen=True, slots=True)
class BolusGiven:
    """A dose by hand out of the same bag, where the protocol allows it."""

    dose: Mg


@dataclass(frozen=True, slots=True)
class LineFlushed:
    """The line was flushed, so that what stood in it reached the patient."""

    volume: Ml


@dataclass(frozen=True, slots=True)
class VitalsTaken:
    """Vital signs as one person read them. What was not measured is None; nothing is carried over from the last set."""

    systolic_mmhg: int | None = None
    diastolic_mmhg: int | None = None
    heart_rate_per_min: int | None = None
    spo2_percent: int | None = None
    respirations_per_min: int | None = None
    moaas: int | None = None
    """Sedation by MOAA/S, 5 (awake) to 0."""

    @property
    def complete(self) -> bool:
        """Whether all six were measured: only such a set is the one that was due."""
        return None not in (
            self.systolic_mmhg,
            self.diastolic_mmhg,
            self.heart_rate_per_min,
            self.spo2_percent,
            self.respirations_per_min,
            self.moaas,
        )


@dataclass(frozen=True, slots=True)
class DistressCharted:
    """How much the patient suffers, and how far away they are, each from 0 to 10 in their own words. None was not asked."""

    distress: int | None = None
    dissociation: int | None = None


@dataclass(frozen=True, slots=True)
class AdverseEventCharted:
    """Something unwanted that happened. Grades: 1 mild, 2 treated or slowed, 3 stopped, 4 life-threatening, 5 death."""

    kind: str
    grade: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class DrugGiven:
    """Another drug that was given, with its amount and route as written."""

    drug: str
    amount: str
    route: str


@dataclass(frozen=True, slots=True)
class SiteChecked:
    """The site of the line was looked at."""

    sound: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class LineRecorded:
    """The line that the drug runs through: where it sits, and its gauge."""

    site: str
    gauge: int


@dataclass(frozen=True, slots=True)
class BagLabelled:
    """The bag was labelled; it may be used for so many minutes from then."""

    usable_min: int


@dataclass(frozen=True, slots=True)
class NoteWritten:
    """Something in words."""

    text: str


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Somebody else looks after the patient from now on."""

    to: str


@dataclass(frozen=True, slots=True)
class VerbalOrderTaken:
    """An order by word of mouth, read back to who gave it; they sign it on the same day."""

    text: str
    ordered_by: str
    read_back: bool


@dataclass(frozen=True, slots=True)
class VerbalOrderSigned:
    """Who gave an order by word of mouth has signed it. `order` is the id of that entry."""

    order: str


@dataclass(frozen=True, slots=True)
class ReminderAnswered:
    """What was done about a reminder, and what came of it. `reminder` is its key, as the replay gives it."""

    reminder: str
    response: str
    effect: str = ""


@dataclass(frozen=True, slots=True)
class EmergencyDeclared:
    """An emergency; its clock runs from here."""


@dataclass(frozen=True, slots=True)
class EmergencyEnded:
    """The emergency is over, with how it ended."""

    outcome: str


@dataclass(frozen=True, slots=True)
class RecoveryScored:
    """A score of the recovery. `variant` is the id of the printed table, `points` its items in that table's order."""

    variant: str
    points: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RecoveryAnswered:
    """What was looked at before the patient leaves: ids of a row and of what was chosen."""

    row: str
    choice: str


@dataclass(frozen=True, slots=True)
class EscortSeen:
    """The adult who takes the patient home stands here, seen by who charts it; a promise by phone is none."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class InstructionsTaughtBack:
    """The written instructions were given, and the patient said these points back; `escort` when the escort heard them, too."""

    points: tuple[str, ...]
    escort: bool


@dataclass(frozen=True, slots=True)
class PrescriberSaw:
    """A prescriber saw the patient, and what they found."""

    found: str


@dataclass(frozen=True, slots=True)
class PatientLeft:
    """The patient left. `reason` and `decided_by` stand with every way but that by criteria."""

    how: Leaving
    reason: str = ""
    decided_by: str = ""
    to: str = ""
    """Where a transfer went."""


@dataclass(frozen=True, slots=True)
class EntryStruck:
    """Stands in the place of an entry that was made in error: nothing of the kind happened."""


@dataclass(frozen=True, slots=True)
class CollisionSettled:
    """Two entries whose people did not know of each other are both right. `other` is empty where the chart was closed meanwhile."""

    entry: str
    other: str
    why: str


Charted = (
    PumpStarted
    | RateChanged
    | PumpPaused
    | PumpResumed
    | PumpStopped
    | BolusGiven
    | LineFlushed
    | VitalsTaken
    | DistressCharted
    | AdverseEventCharted
    | DrugGiven
    | SiteChecked
    | LineRecorded
    | BagLabelled
    | NoteWritten
    | HandedOver
    | VerbalOrderTaken
    | VerbalOrderSigned
    | ReminderAnswered
    | EmergencyDeclared
    | EmergencyEnded
    | RecoveryScored
    | RecoveryAnswered
    | EscortSeen
    | InstructionsTaughtBack
    | PrescriberSaw
    | PatientLeft
    | EntryStruck
    | CollisionSettled
)
CONTENTS: tuple[type[Charted], ...] = Charted.__args__
"""Every kind of content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEntry:
    """One entry. Raises ValueError for a moment without a time zone; moments are kept in UTC.

    Two moments of one zone are compared by Python as their clocks show them, which is an hour wrong in the night in which
    the clocks are changed.
    """

    id: str
    """The client's own, so that an entry sent twice is one."""
    number: int
    """Its place in the order of recording, whatever any clock said."""
    at: datetime
    """When it happened, as the person says."""
    what: Charted
    by: str = ""
    amends: str = ""
    """Id of the entry in whose place this one stands; empty as a rule. Both stay on record."""
    why: str = ""
    """Why it amends another one."""
    known: int | None = None
    """The newest number that the page of whoever charted it had shown; None where no page says."""

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError(f"The entry {self.id} at {self.at} has no time zone.")
        object.__setattr__(self, "at", self.at.astimezone(UTC))
