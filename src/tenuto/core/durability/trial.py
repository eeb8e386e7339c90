"""A trial as data: who, what, when it is scored, what is reported. Read from TOML with errors that name the entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tenuto.core.durability.metrics import RELAPSE_METRICS, Endpoint, endpoint_from
from tenuto.core.durability.population import CONTROLS, Circumstances, Control, Unknown
from tenuto.core.durability.reading import TrackedTable, TrialError, parsed
from tenuto.core.scales.measurement import ScaleMeasure, UnknownScale, measure

__all__ = [
    "Baseline",
    "Relapse",
    "Trial",
    "TrialError",
    "TrialMaintenance",
    "baseline_from",
    "read_trial",
    "shares_from",
    "trial_from",
]

MOST_PATIENTS = 1_000_000


@dataclass(frozen=True, slots=True)
class Baseline:
    """Scores at entry: mean and SD of the observed score, and the lowest that is let in."""

    mean: float
    sd: float
    least: float | None = None


@dataclass(frozen=True, slots=True)
class TrialMaintenance:
    """Infusions after the series: at a fixed interval, or when the observed loss of gain says so."""

    every_days: float | None
    as_needed: bool
    until_day: float
    shortest_gap_days: float = 7.0


@dataclass(frozen=True, slots=True)
class Relapse:
    """Who is followed after the series, from when, and what counts as relapse: on `visits` scheduled scores in a row."""

    gain_below: float | None
    """Share of the gain at the start of follow-up that is kept, below which a score counts."""
    fall_below: float | None
    """Fall from baseline, as a fraction, below which a score counts."""
    score_above: float | None
    """Score above which it counts."""
    visits: int
    among: str = "responders"
    """Who is followed: those who respond, or who remit, at the start of follow-up."""
    own_last: bool = False
    """Follow-up begins after each patient's own last infusion of the series; otherwise after the series."""
    counted_on: float | None = None
    """Day of the trial on which they are counted; None for the day after the last infusion."""
    lost_relapses: bool = False
    """Loss to follow-up counts as relapse; otherwise it is censored."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Everything that is needed to simulate a trial."""

    name: str
    circumstances: Circumstances
    measure: ScaleMeasure
    n: int
    n_control: int
    sites: int
    studies: int
    """More than one for pooled figures: each has effects of its own."""
    baseline: Baseline
    infusion_days: tuple[float, ...]
    dose: float
    maintenance: TrialMaintenance | None
    stop_at_remission: bool
    visit_days: tuple[float, ...]
    dropout_per_week: float
    response_fall: float
    remission_at_most: float
    relapse: Relapse
    endpoints: tuple[Endpoint, ...]


def read_trial(text: str, *, name: str) -> Trial:
    """Read a trial from TOML; TrialError names what is wrong. `name` is what an error calls the file."""
    return trial_from(parsed(text, name), where=name)


def trial_from(raw: Mapping[str, Any], *, where: str) -> Trial:
    """A trial from parsed data."""
    top = TrackedTable(raw, where)
    try:
        scale = measure(top.get("scale", str))
        circumstances = Circumstances(
            condition=top.get("condition", str),
            setting=top.get("setting", str),
            report=scale.report,
            control=_control(top),
            nasal=top.choice("route", ("iv", "esketamine_nasal"), "iv") == "esketamine_nasal",
            covariates=shares_from(top.get("covariates", Mapping, {}), where),
        )
    except (Unknown, UnknownScale) as error:
        raise TrialError(f"{where}: {error}") from error
    infusions = TrackedTable(top.get("infusions", Mapping), f"{where} [infusions]")
    days = _infusion_days(infusions)
    dose = float(infusions.number("dose_mg_per_kg", most=10))
    circumstances = replace(circumstances, dose=dose)
    visits = TrackedTable(top.get("visits", Mapping, {}), f"{where} [visits]")
    definitions = TrackedTable(top.get("definitions", Mapping, {}), f"{where} [definitions]")
    trial = Trial(
        name=top.name("name", where),
        circumstances=circumstances,
        measure=scale,
        n=top.whole("n", least=1, most=MOST_PATIENTS),
        n_control=_patients_in_control(top, circumstances.control),
        sites=top.whole("sites", 1, least=1, most=10_000),
        studies=top.whole("studies", 1, least=1, most=1000),
        baseline=baseline_from(top, scale),
        infusion_days=days,
        dose=dose,
        maintenance=_maintenance(infusions, days[-1]),
        stop_at_remission=infusions.choice("stop_at", ("remission", "never"), "never") == "remission",
        visit_days=visits.days("days", []),
        dropout_per_week=float(visits.number("dropout_per_week", 0.0, most=1)),
        response_fall=_nested(definitions, "response", "fall", scale.response_fall, most=1),
        remission_at_most=_nested(
            definitions, "remission", "score", scale.remission_at_most, most=scale.highest
        ),
        relapse=_relapse(definitions, scale),
        endpoints=tuple(
            endpoint_from(entry, f"{where} [[report]] {k}", len(days))
            for k, entry in enumerate(top.get("report", list), 1)
        ),
    )
    infusions.number("minutes", 40, least=1, most=10_000)  # kept for the record; duration has no effect here
    for table in (top, infusions, visits, definitions):
        table.done()
    if trial.studies > trial.sites:
        raise TrialError(
            f"{where}: {trial.studies} studies at {trial.sites} sites. Give at least as many sites as studies."
        )
    if not trial.endpoints:
        raise TrialError(f"{where} reports nothing. Add a [[report]] with a metric and a day.")
    if not trial.n_control and any(e.metric == "effect_size" for e in trial.endpoints):
        raise TrialError(f"{where}: 'effect_size' compares two arms. Give a control.")
    _followed(trial, where)
    return trial


def _followed(trial: Trial, where: str) -> None:
    """Refuse what no visit could see: relapse, or the need of an infusion."""
    later = [day for day in trial.visit_days if day > trial.infusion_days[-1] + 1]
    if trial.maintenance is not None and trial.maintenance.as_needed and not later:
        raise TrialError(f"{where} [visits]: no visit after the series says who needs an infusion. Add days.")
    relapse = next((e.metric for e in trial.endpoints if e.metric in RELAPSE_METRICS), None)
    if relapse is not None and trial.visit_days and len(later) < trial.relapse.visits:
        raise TrialError(
            f"{where} [visits]: '{relapse}' needs at least {trial.relapse.visits} visits after the series; there are {len(later)}. Add days."
        )


def _patients_in_control(top: TrackedTable, control: Control) -> int:
    if control != "none":
        patients: int = top.whole("n_control", top.raw["n"], most=MOST_PATIENTS)
        return patients
    if top.get("n_control", int, 0):
        raise TrialError(
            f"{top.where}: 'n_control' asks for a second arm, and 'control' is none. Give a control."
        )
    return 0


def _control(top: TrackedTable) -> Control:
    control: Control = top.choice("control", CONTROLS, "none")
    return control


def shares_from(raw: Mapping[str, Any], where: str) -> dict[str, float]:
    """Shares of patients with each covariate."""
    table = TrackedTable(raw, f"{where} [covariates]")
    return {name: float(table.number(name, most=1)) for name in raw}


def baseline_from(top: TrackedTable, scale: ScaleMeasure) -> Baseline:
    """The entry `baseline` of a table."""
    where = top.where
    table = TrackedTable(top.get("baseline", Mapping), f"{where} baseline")
    baseline = Baseline(
        mean=float(table.number("mean", least=scale.lowest, most=scale.highest)),
        sd=float(table.number("sd", most=scale.highest - scale.lowest)),
        least=table.number("min", None, least=scale.lowest, most=scale.highest),
    )
    table.done()
    if baseline.sd <= scale.error_sd:
        raise TrialError(
            f"{where}: a baseline SD of {baseline.sd:g} is within the scale's own error of {scale.error_sd:g}. Give a larger one."
        )
    if baseline.least is not None and baseline.least > baseline.mean + 3 * baseline.sd:
        raise TrialError(f"{where}: baseline min {baseline.least:g} lets nobody in. Lower it.")
    return baseline


def _infusion_days(table: TrackedTable) -> tuple[float, ...]:
    days, every = table.days("days", []), table.get("every", Mapping, None)
    if bool(days) == bool(every):
        raise TrialError(f"{table.where} needs either 'days' or 'every'.")
    if every is None:
        return days
    step = TrackedTable(every, f"{table.where} every")
    gap, count = step.number("days", least=0.25, most=365), step.whole("count", least=1, most=500)
    step.done()
    return tuple(float(k * gap) for k in range(count))


def _maintenance(table: TrackedTable, series_end: float) -> TrialMaintenance | None:
    raw = table.get("maintenance", Mapping, None)
    if raw is None:
        return None
    entry = TrackedTable(raw, f"{table.where} maintenance")
    rule = entry.choice("rule", ("fixed", "as_needed"), "fixed")
    plan = TrialMaintenance(
        every_days=entry.number("every_days", None if rule == "as_needed" else ..., least=1, most=365),
        as_needed=rule == "as_needed",
        until_day=float(entry.number("until_day", least=1, most=3650)),
        shortest_gap_days=float(entry.number("shortest_gap_days", 7, least=1, most=365)),
    )
    entry.done()
    if plan.until_day <= series_end:
        raise TrialError(
            f"{entry.where}: 'until_day' must be after the series, which ends on day {series_end:g}."
        )
    return plan


def _nested(table: TrackedTable, key: str, inner: str, default: float, *, most: float) -> float:
    entry = TrackedTable(table.get(key, Mapping, {}), f"{table.where} {key}")
    value = float(entry.number(inner, default, most=most))
    entry.done()
    return value


_LOSSES = ("gain_below", "fall_below", "score_above")


def _relapse(table: TrackedTable, scale: ScaleMeasure) -> Relapse:
    entry = TrackedTable(table.get("relapse", Mapping, {}), f"{table.where} relapse")
    losses = {
        "gain_below": entry.number("gain_below", None, most=1),
        "fall_below": entry.number("fall_below", None, most=1),
        "score_above": entry.number("score_above", None, least=scale.lowest, most=scale.highest),
    }
    given = [name for name in _LOSSES if losses[name] is not None]
    if len(given) > 1:
        raise TrialError(f"{entry.where} has {' and '.join(given)}. Keep one of {', '.join(_LOSSES)}.")
    if not given:
        losses["gain_below"] = 0.5
    relapse = Relapse(
        **losses,
        visits=entry.whole("visits", 2, least=1, most=20),
        among=entry.choice("among", ("responders", "remitters"), "responders"),
        own_last=entry.choice("from", ("series_end", "own_last_infusion"), "series_end")
        == "own_last_infusion",
        counted_on=entry.number("counted_on", None, least=0.25, most=3650),
        lost_relapses=entry.choice("lost", ("censored", "relapse"), "censored") == "relapse",
    )
    entry.done()
    if relapse.own_last and relapse.counted_on is not None:
        raise TrialError(
            f"{entry.where}: 'counted_on' is one day for all, 'own_last_infusion' one for each. Keep one of them."
        )
    return relapse
