"""What other rooms may ask of scales, and the verbs that they may use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.ledger.facts import IN_ORDER
from tenuto.clinic.ledger.rows import rows_of
from tenuto.clinic.people.models import Patient
from tenuto.clinic.scales.grounds import ABOUT_RISK, ANSWER_ON_DEATH, judges_risk
from tenuto.clinic.scales.models import ItemAnswer, ScaleForm, ScaleFormStruck, SuicideTriage
from tenuto.clinic.scales.services import (
    GivenAnswer,
    Recorded,
    SentRequest,
    TakenAnswer,
    answer_question,
    ask_by_link,
    close_unfinished,
    record_form,
    record_triage,
    strike_form,
)
from tenuto.clinic.scales.services.asking import (
    PURPOSE,
    OpenQuestion,
    by_phone,
    held_back,
    left,
    open_questions,
    reported_risk,
    request_of,
)
from tenuto.clinic.scales.services.open_requests import (
    AskedRow,
    open_requests,
    record_asked,
    unanswered_requests,
)
from tenuto.core.scales.reading import instruments as known_instruments
from tenuto.core.scales.suicide_triage import RiskLevel, contradiction, read_screen

__all__ = [
    "ABOUT_RISK",
    "ANSWER_ON_DEATH",
    "PURPOSE",
    "AskedRow",
    "FormRow",
    "GivenAnswer",
    "OpenQuestion",
    "Recorded",
    "RiskAnswerRow",
    "SentRequest",
    "TakenAnswer",
    "TriageRow",
    "answer_question",
    "answered_since",
    "ask_by_link",
    "by_phone",
    "close_unfinished",
    "forms_among",
    "forms_of",
    "held_back",
    "judges_risk",
    "left",
    "open_questions",
    "open_requests",
    "record_asked",
    "record_form",
    "record_triage",
    "reported_risk",
    "request_of",
    "risk_answers_among",
    "risk_answers_of",
    "strike_form",
    "triages_among",
    "triages_of",
    "unanswered_requests",
]

Patients = Iterable[UUID] | QuerySet[Patient]
"""Some patients, by id or as a query."""


@dataclass(frozen=True, slots=True)
class FormRow:
    """One answered form. `answers` holds None where a question was left out; `total` is None when there is none."""

    id: UUID
    patient_id: UUID
    instrument: str
    answers: Mapping[str, int | None]
    total: Decimal | None
    taken: date
    answered_by: str
    recorded_by_name: str
    recorded_at: datetime
    recorded_on: date
    event_number: int
    request_id: UUID | None = None
    """The request that it answers; None when it was answered in the clinic."""
    struck: bool = False
    """It was entered in error: its total counts as never recorded."""


@dataclass(frozen=True, slots=True)
class RiskAnswerRow:
    """One answer to a scale's question on death or self-harm, kept as soon as it was given and before its form was whole.

    `value` is None where the question was left out.
    """

    id: UUID
    patient_id: UUID
    request_id: UUID
    instrument: str
    item: str
    value: int | None
    recorded_by_name: str
    recorded_at: datetime
    recorded_on: date
    event_number: int


@dataclass(frozen=True, slots=True)
class TriageRow:
    """A suicide triage level that a clinician recorded, and what it rests on."""

    id: UUID
    patient_id: UUID
    level: RiskLevel
    rests_on: str
    recorded_by_name: str
    recorded_at: datetime
    recorded_on: date
    event_number: int
    by_prescriber: bool = False
    """Whether a prescriber or a medical director recorded it: nobody else's triage lowers a high risk."""
    contradicted: str = ""
    """What the answers of its own screen say, where the level is below what they prove."""


def forms_of(patient: UUID, *, with_struck: bool = False) -> list[FormRow]:
    """The answered forms of a patient, in the order in which they were recorded. Two queries."""
    struck = {row.form_id for row in rows_of(ScaleFormStruck, patient)}
    found = [_form(row, struck=row.pk in struck) for row in rows_of(ScaleForm, patient)]
    return found if with_struck else [form for form in found if not form.struck]


def forms_among(
    patients: Patients, *, with_struck: bool = False, instruments: Iterable[str] | None = None
) -> list[FormRow]:
    """The answered forms of some patients, in the order in which they were recorded; those entered in error only when
    asked for, and only those of some `instruments` when they are named. One query."""
    rows = ScaleForm.objects.filter(patient__in=patients).select_related("struck").order_by(*IN_ORDER)
    if instruments is not None:
        rows = rows.filter(instrument__in=list(instruments))
    found = [_form(row, struck=hasattr(row, "struck")) for row in rows]
    return found if with_struck else [form for form in found if not form.struck]


def answered_since(clinic: Clinic, instruments: Iterable[str], *, since: datetime) -> frozenset[UUID]:
    """Whose form of one of the instruments was recorded, or struck, since an instant. One query."""
    rows = ScaleForm.objects.filter(
        Q(recorded_at__gte=since) | Q(struck__recorded_at__gte=since),
        patient__clinic=clinic,
        instrument__in=list(instruments),
    )
    return frozenset(rows.values_list("patient_id", flat=True))


def risk_answers_of(patient: UUID) -> list[RiskAnswerRow]:
    """What a patient answered by request to questions on death or self-harm, in order. One query."""
    return [_risk_answer(row) for row in rows_of(ItemAnswer, patient, where=_about_risk())]


def risk_answers_among(patients: Patients) -> list[RiskAnswerRow]:
    """What some patients answered by request to questions on death or self-harm, in order. One query."""
    rows = ItemAnswer.objects.filter(_about_risk(), patient__in=patients)
    return [_risk_answer(row) for row in rows.order_by(*IN_ORDER)]


@cache
def _about_risk() -> Q:
    """The items of the shipped scales that ask about death or self-harm."""
    asked = Q()
    for scale in known_instruments().values():
        if scale.risk_item is not None:
            asked |= Q(instrument=scale.id, item=scale.risk_item.item)
    return asked


def triages_of(patient: UUID) -> list[TriageRow]:
    """The triage levels of a patient, in the order in which they were recorded. One query."""
    return [_triage(row) for row in rows_of(SuicideTriage, patient)]


def triages_among(patients: Patients) -> list[TriageRow]:
    """The triage levels of some patients, in the order in which they were recorded. One query."""
    return [_triage(row) for row in _among(SuicideTriage, patients)]


def _among(model: Any, patients: Patients) -> list[Any]:
    return list(model.objects.filter(patient__in=patients).order_by(*IN_ORDER))


def _form(row: ScaleForm, *, struck: bool) -> FormRow:
    return FormRow(
        row.pk, row.patient_id, row.instrument, row.answers, row.total, row.taken, row.answered_by,
        row.recorded_by_name, row.recorded_at, row.recorded_on, row.event_number, row.request_id, struck,
    )  # fmt: skip


def _risk_answer(row: ItemAnswer) -> RiskAnswerRow:
    return RiskAnswerRow(
        row.pk, row.patient_id, row.request_id, row.instrument, row.item, row.value, row.recorded_by_name,
        row.recorded_at, row.recorded_on, row.event_number,
    )  # fmt: skip


def _triage(row: SuicideTriage) -> TriageRow:
    screen = read_screen(row.screen) if row.screen else None
    return TriageRow(
        row.pk, row.patient_id, RiskLevel(row.level), row.rests_on, row.recorded_by_name, row.recorded_at,
        row.recorded_on, row.event_number, row.by_prescriber, contradiction(RiskLevel(row.level), screen),
    )  # fmt: skip
