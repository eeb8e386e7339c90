"""The passport as a page of paper: what was given, how it was borne, and after what it went best."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tenuto.clinic.people.models import Patient
from tenuto.clinic.ui.pdf import set_sheet
from tenuto.clinic.ui.words import count, long_day
from tenuto.core.course.passport import Passport, PassportInfusion
from tenuto.core.units import plain

__all__ = ["dose_words", "effect_words", "passport_pdf"]

TEMPLATE = Path(__file__).with_name("passport.typ")
FOOTER = "What was given and what followed. No recommendation for another clinic or another dose."
NONE_GIVEN = "No infusion is on record."


def passport_pdf(patient: Patient, passport: Passport) -> bytes:
    """The PDF; the same passport gives the same bytes."""
    return set_sheet(TEMPLATE, _sheet(patient, passport), on=passport.as_of)


def dose_words(infusion: PassportInfusion) -> str:
    """The dose as it is on record: mg, else mg/kg."""
    if infusion.mass is not None:
        return f"{plain(infusion.mass.value)} mg"
    return f"{plain(infusion.dose.value)} mg/kg" if infusion.dose is not None else "unknown"


def effect_words(infusion: PassportInfusion) -> str:
    """What troubled the patient; never "none" where nobody asked."""
    if infusion.effects is None:
        return "not recorded"
    return ", ".join(effect.replace("_", " ") for effect in infusion.effects) or "none"


def _sheet(patient: Patient, passport: Passport) -> dict[str, Any]:
    born = long_day(patient.birth_date) if patient.birth_date else "birth date not recorded"
    return {
        "title": "Ketamine passport",
        "clinic": patient.clinic.name,
        "phone": patient.clinic.phone,
        "person": f"{patient.name}, {patient.record_number}, born {born}",
        "day": long_day(passport.as_of),
        "footer": FOOTER,
        "lines": list(_lines(passport)) or [NONE_GIVEN],
        "rows": [_row(each) for each in passport.infusions],
    }


def _lines(passport: Passport) -> Iterator[str]:
    if not passport.infusions:
        return
    first, last = passport.infusions[0], passport.infusions[-1]
    yield f"{count(len(passport.infusions), 'infusion')} from {long_day(first.on)} to {long_day(last.on)}."
    if passport.shortest_days is not None:
        yield f"Between infusions: {passport.shortest_days} to {passport.longest_days} days."
    yield from _best(passport)
    told = ", ".join(f"{name.replace('_', ' ')} ({times})" for name, times in passport.effects)
    yield f"What troubled the person, by the number of infusions: {told or 'nothing recorded'}."
    if passport.unknown:
        yield f"Of {count(passport.unknown, 'infusion')} it is not recorded how they were borne."


def _best(passport: Passport) -> Iterator[str]:
    best = passport.best
    if best is None:
        yield "No score was taken since the first infusion."
        return
    before = f" ({plain(best.baseline)} before the first)" if best.baseline is not None else ""
    after = f", after infusion {best.after.n} with {dose_words(best.after)}" if best.after else ""
    yield f"Best {best.title}: {plain(best.best)} on {long_day(best.on)}{before}{after}."


def _row(each: PassportInfusion) -> list[str]:
    return [
        str(each.n),
        long_day(each.on),
        dose_words(each),
        f"{plain(each.minutes.value)} min" if each.minutes is not None else "unknown",
        str(each.days_after) if each.days_after is not None else "",
        effect_words(each),
        str(each.worst_event_grade) if each.worst_event_grade is not None else "",
    ]
