"""What a stage can contribute. A stage fills in one `Contribution` in its `contribution.py`; nothing else names it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum
from typing import Literal
from uuid import UUID

from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.pathway.batch import Batch
from tenuto.clinic.people.models import Patient
from tenuto.core.course.facts import SignedCourse
from tenuto.core.course.next_facts import Obstacle
from tenuto.core.course.next_step import NextStep
from tenuto.core.gate import Finding
from tenuto.core.intake.facts import PatientFacts
from tenuto.core.intake.safety import SafetyState
from tenuto.core.intake.safety_stops import SafetyStop, StopKind
from tenuto.core.policy import Policy

__all__ = [
    "Beside",
    "BookedNext",
    "Contribution",
    "Judgement",
    "OwnWords",
    "PatientLink",
    "Place",
    "Rank",
    "State",
    "TaskPlace",
    "Turn",
    "Vitals",
]

State = Literal["done", "here", "blocked", "ahead"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a patient stands in a stage, for the spine."""

    state: State
    words: str


class Rank(IntEnum):
    """The order of the worklist where no deadline orders it."""

    HIGH_SUICIDE_RISK = 0
    """All that is about a risk of suicide of somebody in whom it was found high, or who says that they think of it now."""
    GRAVE_SUICIDE_RISK = 1
    """The same of somebody whose answer to a question on death or self-harm was two or more."""
    SUICIDE_RISK = 2
    """A task about a risk of suicide: first, and everybody's who may do something about it."""
    SAFETY = 3
    """Harm before time: a task that only a recorded act ends."""
    TASK = 4
    STOPPED = 5
    AGAIN = 6
    DECIDE = 7
    COMPLETE = 8
    BEGIN = 9
    NOTHING_PRESSES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What must happen next with a patient: why now, whose turn, one next step and the page where it is done."""

    stage: str
    """Under which stage it is listed: the one that speaks, or the next one while nobody has built it."""
    kind: str
    mark: str
    why: str
    more: str = ""
    owner: Role
    next_step: str
    target: str
    """The route of the page, with an anchor perhaps, such as `plan:page#gate`."""
    rank: Rank
    by: date | None = None
    """The last day on which it is in time; None where nothing names one."""
    said_by_task: str = ""
    """Not listed while a task of this kind is open about the patient: the task says it, with its deadline."""
    waits_for_holds: bool = False
    """Not listed while a hold is in force: the hold says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What stands against a patient's treatment today, in one line, for the list of patients."""

    mark: str
    why: str
    more: str = ""
    next_step: str
    target: str
    diagnosis: str
    recorded_on: date | None


@dataclass(frozen=True, slots=True)
class Vitals:
    """What the banner says of a patient beside who it is."""

    allergies: tuple[str, ...]
    allergies_known: bool
    weight: str
    weight_note: str


@dataclass(frozen=True, slots=True)
class Beside:
    """What a room shows beside the pages of the rooms below it: a template, its stylesheet, and what it shows.

    The template finds what `show` returns under `aside`.
    """

    template: str
    stylesheet: str
    show: Callable[[Batch, Patient, Staff], object]


@dataclass(frozen=True, slots=True)
class BookedNext:
    """When a patient comes next, on the clinic's clock, and the day that is kept for one who drifts."""

    at: datetime | None
    rescue: date | None = None
    visits: tuple[datetime, ...] = ()
    """When every booked infusion to come begins, in order, also where no plan is in force any more."""


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What a patient wrote, as it was written; `newest` is the last of its kind."""

    title: str
    words: str
    on: date
    newest: bool


@dataclass(frozen=True, slots=True)
class PatientLink:
    """A page about a patient that is no stage's, linked from who the patient is."""

    label: str
    route: str


@dataclass(frozen=True, slots=True)
class TaskPlace:
    """A kind of task: its title, what to do about it, and the page where that is done."""

    title: str
    next_step: str
    target: str
    verb: str = ""
    """What one must be allowed to do to open that page; empty when everybody may who sees the patient."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What a room adds to the pages that are about a whole patient or the whole clinic.

    A room with `places` is a stage. Each function answers for a whole batch, by patient id, and leaves out whom it has
    nothing to say about.
    """

    room: str
    page: str = ""
    """The route of the stage's page about a patient."""
    after: str = ""
    """The stage that goes before, for one that is not among the seven."""
    places: Callable[[Batch], Mapping[UUID, Place]] | None = None
    stands: Callable[[Batch], Mapping[UUID, Mapping[str, Place]]] | None = None
    """Where a patient stands in stages that say nothing of them, by the name of the stage."""
    turns: Callable[[Batch], Mapping[UUID, Turn | None]] | None = None
    """The latest stage that says something about a patient is heard; None says that it is nobody's turn."""
    judgements: Callable[[Batch], Mapping[UUID, Judgement]] | None = None
    """The latest stage that says something about a patient is heard."""
    alerts: Callable[[Batch], Mapping[UUID, Sequence[str]]] | None = None
    """Shown in the banner of every page, the latest stage's first."""
    safety: Callable[[Batch], Mapping[UUID, SafetyState]] | None = None
    """Stands first on every page of a patient and in every list; one room alone says it."""
    deciding_page: str = ""
    """The route of the page where somebody is accepted for treatment or not."""
    safety_page: str = ""
    """The route of the page on which somebody who looked at the patient records it."""
    safety_verb: str = ""
    """What one must be allowed to do to record it."""
    stops: Callable[[Batch], Mapping[UUID, Sequence[SafetyStop]]] | None = None
    """What the room found that stops treatment: part of the safety state, which another room says."""
    findings: Callable[[Batch], Mapping[UUID, Sequence[Finding]]] | None = None
    """What the room adds to the one verdict of today beside what the facts say, such as a review that is late."""
    stop_places: Mapping[StopKind, TaskPlace] = field(default_factory=dict)
    """The page on which what ends a stop of a kind is recorded."""
    vitals: Callable[[Batch], Mapping[UUID, Vitals]] | None = None
    """Allergies and weight for the banner; one room alone says it."""
    facts: Callable[[Batch], Mapping[UUID, PatientFacts]] | None = None
    """All that is recorded about each patient, for the rooms below; one room alone says it."""
    signed_courses: Callable[[Batch], Mapping[UUID, Sequence[SignedCourse]]] | None = None
    """What each signed version of a patient's plan says of the course, for the rooms below; one room alone says it."""
    obstacles: Callable[[Batch], Mapping[UUID, Sequence[Obstacle]]] | None = None
    """What stands in the way of a patient's next infusion; every room says its own."""
    booked: Callable[[Batch], Mapping[UUID, BookedNext]] | None = None
    """The next booked infusion, for the rooms below; one room alone says it."""
    next_steps: Callable[[Batch], Mapping[UUID, NextStep]] | None = None
    """What comes next in each course with a plan in force; one room alone says it."""
    own_words: Callable[[Batch], Mapping[UUID, Sequence[OwnWords]]] | None = None
    """What patients wrote themselves, the newest first, for the pages on which they are treated; one room alone says it."""
    limits: Callable[[Clinic], Policy] | None = None
    """The limits that a clinic works under, for the rooms below; one room alone says it."""
    beside: Beside | None = None
    tasks: Mapping[str, TaskPlace] = field(default_factory=dict)
    """The kinds of task that the room opens."""
    links: Sequence[PatientLink] = ()
    ways_in: Sequence[str] = ()
    """Templates beside the list of patients, by which new ones come in."""
    patient_urls: str = ""
    """The module of its addresses below `/patients/<id>/<room>/`."""
    clinic_urls: str = ""
    """The module of its addresses that are about no one patient."""
