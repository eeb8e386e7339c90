"""How much of what was due is there, in rows with a mark and a word."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from tenuto.clinic.people.models import Patient
from tenuto.clinic.ui.words import count, long_day
from tenuto.core.intake.safety import SafetyState
from tenuto.core.outcomes.battery import battery
from tenuto.core.outcomes.completeness import ScoreCompleteness, WantedScore, completeness, grouped
from tenuto.core.scales.reading import instrument

__all__ = ["CompletenessPage", "CompletenessRow", "completeness_page"]

WEEKS = 12


@dataclass(frozen=True, slots=True)
class CompletenessRow:
    """One patient, clinician or week: how much is there, and what lacks. `patient` is the id for the link, else empty."""

    name: str
    there: str
    percent: str
    mark: str
    word: str
    lacking: str = ""
    patient: str = ""
    safety: str = ""
    caution: str = ""
    treated: bool = False
    """Whether there is a passport to give along."""


@dataclass(frozen=True, slots=True)
class CompletenessPage:
    """The whole clinic, then by week, by clinician and by patient, the least complete first."""

    aim: int
    whole: CompletenessRow
    weeks: tuple[CompletenessRow, ...]
    clinicians: tuple[CompletenessRow, ...]
    patients: tuple[CompletenessRow, ...]


def completeness_page(
    patients: Iterable[Patient],
    scores: Mapping[UUID, tuple[WantedScore, ...]],
    signers: Mapping[UUID, str],
    *,
    safety: Mapping[UUID, SafetyState],
    today: date,
    treated: Collection[UUID] = (),
) -> CompletenessPage:
    """The page of a clinic; patients of whom nothing was due yet are not in it, and who is not among `patients` is counted
    and not named. `safety` is how each stands."""
    people = {patient.pk: patient for patient in patients}
    own = [(patient, score) for patient, all_of_one in scores.items() for score in all_of_one]
    # What is there already before its days are over belongs to the running week: nobody reads of a week to come.
    running = today - timedelta(days=today.weekday())
    by_week = grouped((min(score.week, running), score) for _, score in own)
    by_clinician = grouped((signers.get(patient, "Nobody"), score) for patient, score in own)
    by_patient = grouped(own)
    return CompletenessPage(
        aim=battery().aim_percent.value,
        whole=_row("The clinic", completeness(score for _, score in own)),
        weeks=tuple(_row(_week(week), by_week[week]) for week in sorted(by_week, reverse=True)[:WEEKS]),
        clinicians=tuple(
            _row(name, found) for name, found in sorted(by_clinician.items(), key=lambda x: _share(x[1]))
        ),
        patients=tuple(
            replace(
                _row(people[key].name, found),
                lacking=_lacking(scores[key]),
                patient=str(key),
                safety=", ".join(safety[key].words) if key in safety else "",
                caution=safety[key].caution if key in safety else "",
                treated=key in treated,
            )
            for key, found in sorted(
                ((key, found) for key, found in by_patient.items() if key in people),
                key=lambda x: (_share(x[1]), people[x[0]].name),
            )
        ),
    )


def _share(found: ScoreCompleteness) -> float:
    return found.there / found.wanted if found.wanted else 1.0


def _row(name: str, found: ScoreCompleteness) -> CompletenessRow:
    percent = found.percent
    mark, word = "unknown", "Nothing due yet"
    if percent is not None:
        enough = percent >= battery().aim_percent.value
        mark, word = ("pass", "Enough") if enough else ("review", "Too few")
    return CompletenessRow(
        name=name,
        there=f"{found.there} of {count(found.wanted, 'score')}",
        percent="" if percent is None else f"{percent} %",
        mark=mark,
        word=word,
    )


def _week(monday: date) -> str:
    return f"Week of {long_day(monday)}"


def _lacking(scores: Iterable[WantedScore]) -> str:
    """The newest score that was due and is not there."""
    gone = [score for score in scores if not score.there]
    if not gone:
        return ""
    last = max(gone, key=lambda score: score.closes)
    return f"{instrument(last.scale).title} was due until {long_day(last.closes)}"
