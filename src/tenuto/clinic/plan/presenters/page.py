"""The whole plan page from a proposal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from tenuto.clinic.intake.api import Record
from tenuto.clinic.people.models import Patient
from tenuto.clinic.plan.presenters.course import CourseCard, course_card
from tenuto.clinic.plan.presenters.dose import DoseCard, dose_card
from tenuto.clinic.plan.presenters.gate import GateCard, Missing, gate_card, missing_facts
from tenuto.clinic.plan.presenters.person import banner_of, stages_of
from tenuto.clinic.plan.presenters.protocols import ProtocolColumn, compare
from tenuto.clinic.ui.components import Banner, Stage
from tenuto.clinic.ui.words import count, long_day, moment
from tenuto.core.gate import Level
from tenuto.core.intake.claims import claims
from tenuto.core.plan.proposal import Proposal

__all__ = ["PlanPage", "plan_page"]


@dataclass(frozen=True, slots=True)
class Download:
    """A link to the plan in another form."""

    url: str
    words: str


@dataclass(frozen=True, slots=True)
class FactorRow:
    """One factor that is said to change the duration."""

    name: str
    evidence: str
    used: str


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A statement of the articles and its correction."""

    said: str
    better: str


@dataclass(frozen=True, slots=True)
class PlanPage:
    """Everything that the template prints."""

    title: str
    banner: Banner
    stages: tuple[Stage, ...]
    similar: tuple[str, ...]
    gate: GateCard
    dose: DoseCard | None
    no_dose: str
    course: CourseCard | None
    no_course: str
    protocols: tuple[tuple[ProtocolColumn, str], ...]
    missing: tuple[Missing, ...]
    not_checked: tuple[str, ...]
    record: tuple[tuple[str, str], ...]
    factors: tuple[FactorRow, ...]
    claims: tuple[ClaimRow, ...]
    downloads: tuple[Download, ...]
