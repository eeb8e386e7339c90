"""How long, of 100 people like those in the studies: the population alone, nothing about one person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tenuto.core.durability.conduct import Flags, ReportForms, after
from tenuto.core.durability.evidence import known, series
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.population import CONDITIONS, SETTINGS, PopulationFit, fitted
from tenuto.core.durability.simulate import SimulationTask, arms, tasks
from tenuto.core.durability.trial import Trial, trial_from
from tenuto.core.scales.measurement import measure

__all__ = ["PEOPLE", "WEEKS", "Crowd", "CrowdError", "CrowdQuestion", "People", "Still", "hundred"]

PEOPLE = 100
WEEKS = (2, 4, 8, 12, 26)
"""After the last infusion of the series, without another."""
_GROUPS, _SEED = 400, 1
"""Groups of 100 that are simulated, each in a clinic of its own."""
_DOSE = 0.5
"""mg/kg, as in nearly all studies; of more, none was shown to last longer."""


class CrowdError(ValueError):
    """A question that the studies can't answer; the message says why."""


@dataclass(frozen=True, slots=True)
class CrowdQuestion:
    """What is treated, with how many infusions, where. CrowdError names what is not known."""

    condition: str
    infusions: int
    setting: str

    def __post_init__(self) -> None:
        for kind, value, among in (
            ("condition", self.condition, CONDITIONS),
            ("number of infusions", self.infusions, tuple(series())),
            ("setting", self.setting, SETTINGS),
        ):
            if value not in among:
                words = ", ".join(str(one) for one in among)
                raise CrowdError(f"'{str(value)[:40]}' is not a known {kind}. Use one of {words}.")


@dataclass(frozen=True, slots=True)
class People:
    """How many of 100: in the middle group, and the range that nine of ten groups keep to."""

    low: int
    middle: int
    high: int


@dataclass(frozen=True, slots=True)
class Still:
    """Some weeks after the last infusion."""

    weeks: int
    of_all: People
    """Of all 100, those who responded and still do."""
    of_responders: People
    """The same, of 100 who responded."""
    followed: bool
    """Whether anybody with the condition was followed for so long; where not, the model alone says it."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """100 people like those in the studies."""

    question: CrowdQuestion
    scale: str
    response_fall: float
    responding: People
    """Who respond on the day after the series."""
    still: tuple[Still, ...]
    followed_days: int
    """After the last infusion: the longest that anybody with the condition was followed without another."""

    @property
    def last_followed(self) -> Still | None:
        """The latest of the weeks for which anybody was followed; None when nobody was for the first of them."""
        return next((one for one in reversed(self.still) if one.followed), None)

    def after(self, weeks: int) -> Still:
        """Those of one of `WEEKS`."""
        return next(one for one in self.still if one.weeks == weeks)


def hundred(question: CrowdQuestion, fit: PopulationFit | None = None) -> Crowd:
    """Who of 100 respond to a series, and who of them still show a response `WEEKS` later without another infusion.

    Response is the scale's own, judged on the day after the series and at the check of that week. Groups of 100, each in a
    clinic of its own, are drawn from the population: their range holds chance, the differences between clinics, and the doubt
    about the population. Weeks for which nobody with the condition was followed are marked: they are the model's own
    continuation. Deterministic; takes a second or two. CrowdError where no response of weeks
    is known, or no series was found.
    """
    entry = known(question.condition)
    if entry.lasts != "weeks":
        raise CrowdError(f"Of {question.condition.replace('_', ' ')} no duration can be said: {entry.says}.")
    if not entry.studied(question.infusions):
        raise CrowdError(
            f"Of a series in {question.condition.replace('_', ' ')} nothing can be said. {entry.followed_says}."
        )
    trial = _trial(question, entry.scales["trial" if question.setting.endswith("trial") else "clinic"])
    groups = [_group(task) for task in tasks(trial, fit or fitted(), _GROUPS, _SEED)]
    responding, *still = (np.concatenate(counts) for counts in zip(*groups, strict=True))
    among = np.where(responding > 0, responding, np.nan)
    followed = entry.followed_days(question.infusions)
    return Crowd(
        question,
        trial.measure.name,
        trial.response_fall,
        _people(responding),
        tuple(
            Still(weeks, _people(count), _people(PEOPLE * count / among), 7 * weeks <= followed)
            for weeks, count in zip(WEEKS, still, strict=True)
        ),
        followed,
    )


def _group(task: SimulationTask) -> list[Floats]:
    """Responders of each of the task's groups after the series, and those of them who still are after each of `WEEKS`."""
    trial, [record] = task.trial, list(arms(task))
    responders = _in_response(trial, record, after(trial, len(trial.infusion_days)))
    checks = [trial.infusion_days[-1] + 7 * weeks for weeks in WEEKS]
    counted = [responders, *(responders & _in_response(trial, record, day) for day in checks)]
    return [flags.sum(axis=1).astype(float) for flags in counted]


def _in_response(trial: Trial, record: ReportForms, day: float) -> Flags:
    score, present = record.at(day)
    fallen: Flags = (record.entry - score >= trial.response_fall * record.entry - 1e-9) & present
    return fallen


def _trial(question: CrowdQuestion, scale: str) -> Trial:
    """A group of 100 in one clinic, checked after the series."""
    days = series()[question.infusions].days
    on = measure(scale)
    raw = {
        "name": "100 people",
        "condition": question.condition,
        "setting": question.setting,
        "scale": scale,
        "n": PEOPLE,
        "baseline": {"mean": on.typical_mean, "sd": on.typical_sd, "min": 2 * on.reliable},
        "infusions": {"days": list(days), "dose_mg_per_kg": _DOSE},
        "visits": {"days": [days[-1] + 7 * weeks for weeks in WEEKS]},
        "report": [{"metric": "response", "after_infusion": len(days)}],
    }
    return trial_from(raw, where="100 people")


def _people(counts: Floats) -> People:
    """Groups without a responder say nothing of those who responded."""
    low, middle, high = np.nanquantile(counts, (0.05, 0.5, 0.95))
    return People(round(low), round(middle), round(high))
