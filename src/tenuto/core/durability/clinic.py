"""A clinic's maintenance policies as data: the synthetic population, the horizon, the policies to compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tenuto.core.durability.aim import AIMS, Aim
from tenuto.core.durability.population import Circumstances, Unknown
from tenuto.core.durability.reading import TrackedTable, TrialError, parsed
from tenuto.core.durability.trial import Baseline, baseline_from, shares_from
from tenuto.core.durability.truths import CURRENT_TRUTH, Truth
from tenuto.core.scales.measurement import ScaleMeasure, UnknownScale, measure

__all__ = ["KINDS", "MaintenancePolicy", "SyntheticClinic", "read_clinic"]

KINDS = (
    "none",
    "fixed",
    "fixed_then",
    "symptom_triggered",
    "esketamine_rule",
    "stable_rule",
    "model_window",
    "aimed",
    "forecast",
)
MOST_PATIENTS = 100_000


@dataclass(frozen=True, slots=True)
class MaintenancePolicy:
    """When a responder gets the next infusion."""

    name: str
    kind: str
    every_days: int = 0
    then_every_days: int = 0
    then_after_days: int = 0
    risk: float = 0.0
    """For model_window: the risk of lost response at which an infusion is due; 0 takes the clinic's upper limit."""
    aim: Aim | None = None
    """For aimed and forecast: what is to be kept; None takes the clinic's aim."""
    worth_days: float = 0.0
    """For aimed: days with the aim held that an infusion must be expected to bring."""


@dataclass(frozen=True, slots=True)
class SyntheticClinic:
    """Everything that is needed to compare policies on one synthetic population."""

    name: str
    patients: int
    circumstances: Circumstances
    measure: ScaleMeasure
    baseline: Baseline
    induction_days: tuple[int, ...]
    dose: float
    horizon_days: int
    policies: tuple[MaintenancePolicy, ...]
    table: str | None
    margins: str | None
    """What aimed rules bring over the others."""
    backtest: str | None
    """Whom each rule would have treated before a loss, and whom needlessly."""
    plot: str | None
    truth: Truth = CURRENT_TRUTH
    """The model by whose law the patients answer; the forecast is always by the current one."""


def read_clinic(text: str, *, name: str) -> SyntheticClinic:
    """Read a clinic from TOML; TrialError names what is wrong. `name` is what an error calls the file."""
    top = TrackedTable(parsed(text, name), name)
    population = TrackedTable(top.get("population", Mapping), f"{name} [population]")
    try:
        scale = measure(population.get("scale", str))
        at = Circumstances(
            condition=population.get("condition", str),
            setting=population.get("setting", str, "clinic"),
            report=scale.report,
            covariates=shares_from(population.get("covariates", Mapping, {}), population.where),
        )
    except (Unknown, UnknownScale) as error:
        raise TrialError(f"{population.where}: {error}") from error
    if at.condition not in scale.conditions:
        raise TrialError(
            f"{population.where}: {scale.name} does not measure {at.condition}. Change one of them."
        )
    induction = TrackedTable(top.get("induction", Mapping, {}), f"{name} [induction]")
    horizon = TrackedTable(top.get("horizon", Mapping), f"{name} [horizon]")
    output = TrackedTable(top.get("output", Mapping, {}), f"{name} [output]")
    clinic = SyntheticClinic(
        name=top.name("name", name, longest=100),
        patients=population.whole("patients", least=1, most=MOST_PATIENTS),
        circumstances=at,
        measure=scale,
        baseline=baseline_from(population, scale),
        induction_days=_whole_days(induction),
        dose=float(induction.number("dose_mg_per_kg", 0.5, least=0.01, most=5)),
        horizon_days=horizon.whole("days", least=28, most=3650),
        policies=tuple(
            _policy(entry, f"{name} [[policy]] {k}") for k, entry in enumerate(top.get("policy", list), 1)
        ),
        table=output.name("table", None),
        margins=output.name("margins", None),
        backtest=output.name("backtest", None),
        plot=output.name("plot", None),
    )
    for table in (top, population, induction, horizon, output):
        table.done()
    _sensible(clinic, name)
    return clinic


def _whole_days(induction: TrackedTable) -> tuple[int, ...]:
    days = induction.days("days", [0, 2, 4, 7, 9, 11])
    if not days or any(d != int(d) for d in days):
        raise TrialError(f"{induction.where}: 'days' needs whole days, at least one.")
    return tuple(int(d - days[0]) for d in days)


def _policy(raw: Any, where: str) -> MaintenancePolicy:
    entry = TrackedTable(raw, where)
    kind = entry.choice("kind", KINDS)

    def days(key: str, needed: bool) -> int:
        return entry.whole(key, least=1, most=365) if needed else 0

    policy = MaintenancePolicy(
        name=entry.name("name", longest=60),
        kind=kind,
        every_days=days("every_days", kind in ("fixed", "fixed_then")),
        then_every_days=days("then_every_days", kind == "fixed_then"),
        then_after_days=days("then_after_days", kind == "fixed_then"),
        risk=float(entry.number("risk", 0.0, most=0.95)) if kind == "model_window" else 0.0,
        aim=_aim(entry, kind),
        worth_days=float(entry.number("worth_days", least=0.01, most=14)) if kind == "aimed" else 0.0,
    )
    entry.done()
    return policy


def _aim(entry: TrackedTable, kind: str) -> Aim | None:
    asked = kind == "aimed" or (kind == "forecast" and "aim" in entry.raw)
    return entry.choice("aim", AIMS) if asked else None


def _sensible(clinic: SyntheticClinic, name: str) -> None:
    names = [policy.name for policy in clinic.policies]
    if not names:
        raise TrialError(f"{name} has no policy. Add a [[policy]] with a name and a kind.")
    twice = next((n for n in names if names.count(n) > 1), None)
    if twice is not None:
        raise TrialError(f"{name}: two policies are called '{twice}'. Give each its own name.")
    if clinic.horizon_days <= clinic.induction_days[-1] + 28:
        raise TrialError(
            f"{name}: a horizon of {clinic.horizon_days} days leaves no month after the series. Lengthen it."
        )
