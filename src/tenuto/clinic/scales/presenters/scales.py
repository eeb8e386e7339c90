"""The scales that are offered, with their last total in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from tenuto.clinic.scales.models import ScaleForm
from tenuto.clinic.ui.words import long_day
from tenuto.core.intake.facts import RecordedScore
from tenuto.core.intake.scores import instrument_key
from tenuto.core.scales.definition import Instrument
from tenuto.core.scales.reading import instrument
from tenuto.core.units import plain

__all__ = ["OFFERED", "ScaleRow", "scale_rows"]

OFFERED = (
    "phq9",
    "gad7",
    "pcl5",
    "peg",
    "nrs",
    "auditc",
    "audit",
    "dast10",
    "stopbang",
    "urinary_check",
    "icsi",
    "bpicss",
    "ketamine_use_check",
    "suicide_check",
    "craving_check",
    "activation_check",
    "daily_mood",
    "daily_anxiety",
    "global_change",
)
"""The instruments that staff and links offer; score-only ones show neutral labels until the clinic adds its licensed text."""


@dataclass(frozen=True, slots=True)
class ScaleRow:
    """One scale: what it is, and its newest total."""

    id: str
    title: str
    name: str
    told: str
    when: str
    mark: str
    word: str
    form: str = ""
    """The form that it shows, which can be struck; empty when there is none."""


def scale_rows(forms: Iterable[ScaleForm], totals: Sequence[RecordedScore]) -> tuple[ScaleRow, ...]:
    """Each offered scale; one of the `totals` that came with a record counts like one that was entered here."""
    newest: dict[str, ScaleForm] = {}
    for form in forms:
        newest.setdefault(form.instrument, form)
    return tuple(_row(instrument(name), newest.get(name), totals) for name in OFFERED)


def _row(scale: Instrument, form: ScaleForm | None, totals: Sequence[RecordedScore]) -> ScaleRow:
    imported = [s for s in totals if instrument_key(s.instrument) == instrument_key(scale.id) and s.taken]
    last = max(imported, key=lambda s: s.taken or date.min, default=None)
    if form is not None and (last is None or last.taken is None or form.taken >= last.taken):
        told = _told(scale, form)
        return ScaleRow(
            scale.id,
            scale.title,
            scale.name,
            told,
            f"{long_day(form.taken)}, {form.recorded_by_name}",
            "pass",
            "Answered",
            str(form.pk),
        )
    if last is not None and last.taken is not None:
        return ScaleRow(
            scale.id,
            scale.title,
            scale.name,
            plain(last.value),
            f"{long_day(last.taken)}, from a record",
            "pass",
            "Answered",
        )
    return ScaleRow(scale.id, scale.title, scale.name, "", "", "unknown", "Not answered")


def _told(scale: Instrument, form: ScaleForm) -> str:
    if form.total is None:
        return "No total"
    band = scale.band(form.total)
    return f"{plain(form.total)}{f', {band.label}' if band else ''}"
