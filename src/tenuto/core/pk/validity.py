"""Checks the engine and the models against known values (`literature/pk/shared/targets.toml`)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from tenuto.core.data import DataError, Table, data_file, not_among
from tenuto.core.literature import ROOT
from tenuto.core.pk.build import Scaling, parameter_values
from tenuto.core.pk.library import load, names
from tenuto.core.pk.model import PkModel
from tenuto.core.pk.population import measured, population
from tenuto.core.pk.regimen import Floats, GivenDose, Regimen
from tenuto.core.pk.simulate import Options, Site, simulate
from tenuto.core.pk.subjects import Subjects
from tenuto.core.pk.summary import area_to_infinity, decrement_min, peak, steady_state
from tenuto.core.units import Mg, MgPerHour, MgPerKg, Minutes

__all__ = ["SameDose", "Target", "TargetCheck", "checks", "same_dose"]

_DEFAULT_WITHIN = "0.5 % or 0.2 ng/mL"


@dataclass(frozen=True, slots=True)
class TargetCheck:
    """One target: what was asked, what must come out, what did, and whether it is close enough."""

    number: int
    quantity: str
    expected: tuple[float, ...]
    found: tuple[float, ...]
    tolerance: str
    met: bool


@dataclass(frozen=True, slots=True)
class Target:
    """A question to the engine with its arguments (min, mg, kg, mg/kg in `doses`), and what must come out."""

    number: int = 0
    quantity: str = ""
    asks: str = "level"
    expected: tuple[float, ...] = ()
    window: tuple[float, float] | None = None
    within: str = ""
    model: str = ""
    form: str = "racemic"
    site: str = ""
    scaling: Scaling = Scaling.PUBLISHED
    mg: Decimal = Decimal(35)
    over_min: Decimal = Decimal(40)
    weight_kg: float = 70.0
    analyte: str = "ketamine"
    at: tuple[float, ...] = ()
    doses: tuple[Decimal, ...] = ()
    over: tuple[Decimal, ...] = ()
    mg_per_h: tuple[Decimal, ...] = ()
    infused_min: tuple[float, ...] = ()
    share: float = 0.0
    kg: tuple[float, ...] = ()
    measured: bool = False


_PLAIN = Target()


@data_file(ROOT / "pk/shared/targets.toml")
def _targets(file: Table) -> tuple[Target, ...]:
    return tuple(_target(entry) for entry in file.tables("target"))


def _target(entry: Table) -> Target:
    asks = entry.text("asks")
    if asks not in _QUESTIONS:
        raise DataError(f"{entry.where}, asks: {not_among(asks, _QUESTIONS)}")
    entry.one_of("is", "window")
    low, high = entry.reals("window", (0.0, 0.0))
    return Target(
        entry.whole("number"),
        entry.text("quantity"),
        asks,
        entry.reals("is", ()),
        (low, high) if entry.has("window") else None,
        entry.text("within", ""),
        entry.text("model", ""),
        entry.text("form", _PLAIN.form),
        entry.text("site", ""),
        entry.choice("scaling", Scaling, _PLAIN.scaling),
        entry.number("mg", _PLAIN.mg),
        entry.number("over_min", _PLAIN.over_min),
        entry.real("weight_kg", _PLAIN.weight_kg),
        entry.text("analyte", _PLAIN.analyte),
        entry.reals("at", ()),
        entry.numbers("doses", ()),
        entry.numbers("over", ()),
        entry.numbers("mg_per_h", ()),
        entry.reals("infused_min", ()),
        entry.real("share", 0.0),
        entry.reals("kg", ()),
        entry.flag("measured"),
    )


def checks() -> tuple[TargetCheck, ...]:
    """All targets, worked out afresh; the same every time (seeds are fixed)."""
    return tuple(_check(entry) for entry in _targets())


@dataclass(frozen=True, slots=True)
class SameDose:
    """The level (ng/mL) of one model at the end of 35 mg over 40 minutes, 70 kg, and the window plausible for its blood."""

    model: PkModel
    level_ng_per_ml: float
    window: tuple[float, float] | None


def same_dose() -> tuple[SameDose, ...]:
    """Every model on the same dose, in the blood to which it was fitted. Source of the windows: the targets file."""
    windows = {t.site or "venous": t.window for t in _targets() if t.number == 1 and t.window}
    found = []
    for name in names():
        model = load(name)
        level = float(_level(replace(_PLAIN, model=name, at=(40.0,)))[0])
        found.append(SameDose(model, level, windows.get(model.site)))
    return tuple(found)


def _check(entry: Target) -> TargetCheck:
    found = np.atleast_1d(_QUESTIONS[entry.asks](entry))
    if entry.window:
        low, high = entry.window
        met = bool((found >= low).all() and (found <= high).all())
        return TargetCheck(entry.number, entry.quantity, (low, high), _tuple(found), "between the two", met)
    expected = np.array(entry.expected)
    tolerance = entry.within or _DEFAULT_WITHIN
    met = bool((np.abs(found - expected) <= _allowed(tolerance, expected)).all())
    return TargetCheck(entry.number, entry.quantity, _tuple(expected), _tuple(found), tolerance, met)


def _allowed(tolerance: str, expected: Floats) -> Floats:
    """The widest of the alternatives that the words name: per cent of the target, or an absolute number."""
    widths = [np.zeros_like(expected)]
    for amount, unit in re.findall(r"([0-9][0-9.e-]*) ?(%|ng|min|point)?", tolerance):
        size = float(amount)
        widths.append(np.abs(expected) * size / 100 if unit == "%" else np.full_like(expected, size))
    return np.asarray(np.max(widths, axis=0), dtype=np.float64)


def _model(entry: Target) -> PkModel:
    return load(entry.model or names()[0])


def _options(entry: Target) -> Options:
    return Options(
        form=entry.form,
        site=Site(entry.site or "model"),
        scaling=entry.scaling,
    )


def _regimen(entry: Target) -> Regimen:
    return Regimen.single(Mg(entry.mg), Minutes(entry.over_min))


def _body(entry: Target) -> Subjects:
    return Subjects(entry.weight_kg)


def _times(entry: Target) -> Floats:
    return np.array(entry.at)


def _curve(entry: Target, times: Floats, analyte: str | None = None) -> Floats:
    levels = simulate(_model(entry), _regimen(entry), _body(entry), times, _options(entry))
    curve: Floats = levels.of(analyte or entry.analyte)[0]
    return curve


def _level(entry: Target) -> Floats:
    return _curve(entry, _times(entry))


def _highest(entry: Target) -> tuple[float, float]:
    grid = np.arange(0.0, 601.0)
    return peak(grid, _curve(entry, grid))


def _crossing(entry: Target) -> float:
    grid = np.arange(0.0, 600.0, 0.1)
    above = _curve(entry, grid, "norketamine") > _curve(entry, grid, "ketamine")
    return float(grid[np.flatnonzero(above)[0]])


def _ends(entry: Target) -> Floats:
    ends = []
    for dose, over in zip(entry.doses, entry.over, strict=True):
        regimen = Regimen.single(MgPerKg(dose), Minutes(over))
        ends.append(simulate(_model(entry), regimen, _body(entry), [float(over)]).of("ketamine")[0, 0])
    return np.array(ends)


def _area(entry: Target) -> float:
    return float(area_to_infinity(_model(entry), _regimen(entry), _body(entry))[0, 0])


def _steady(entry: Target) -> Floats:
    return np.array([steady_state(_model(entry), MgPerHour(r), _body(entry))[0, 0] for r in entry.mg_per_h])


def _share_of_steady(entry: Target) -> Floats:
    long = Regimen((GivenDose.at_rate(Minutes(0), MgPerHour(20), Minutes(3000)),))
    level = simulate(_model(entry), long, _body(entry), _times(entry)).of("ketamine")[0]
    return np.asarray(
        100 * level / steady_state(_model(entry), MgPerHour(20), _body(entry))[0, 0], dtype=np.float64
    )


def _five_days(entry: Target) -> Floats:
    long = Regimen((GivenDose.at_rate(Minutes(0), MgPerHour(20), Minutes(7200)),))
    level: Floats = simulate(_model(entry), long, _body(entry), _times(entry)).of("ketamine")[0]
    return level


def _decrement(entry: Target) -> Floats:
    return np.array([decrement_min(_model(entry), t, entry.share, _body(entry)) for t in entry.infused_min])


def _venous_minus_arterial(entry: Target) -> Floats:
    return _decrement(entry) - _decrement(replace(entry, model="kamp-2020"))


def _people(entry: Target) -> Floats:
    """Levels of 3,000 people, `(people, times)`, with or without the scatter of one measurement."""
    random = np.random.default_rng(2021)
    bands = population(
        _model(entry), _regimen(entry), _body(entry), _times(entry), people=3000, random=random
    )
    analyte = entry.analyte
    if not entry.measured:
        return bands.levels.of(analyte)
    noisy: Floats = measured(bands.levels, random)[bands.levels.analytes.index(analyte)]
    return noisy


def _percentiles(entry: Target) -> Floats:
    return np.asarray(np.percentile(_people(entry)[:, 0], [5, 50, 95]), dtype=np.float64)


def _spread(entry: Target) -> Floats:
    levels = _people(entry)
    return np.asarray(100 * levels.std(axis=0) / levels.mean(axis=0), dtype=np.float64)


def _arterial_excess(entry: Target) -> Floats:
    model, times = _model(entry), _times(entry)
    arterial = simulate(model, _regimen(entry), _body(entry), times, Options(site=Site.ARTERIAL))
    return np.asarray((arterial.of("ketamine") - _level(entry))[0], dtype=np.float64)


def _mass_balance(entry: Target) -> Floats:
    model = _model(entry)
    values = parameter_values(model, weights_kg=np.array([70.0]))
    area = area_to_infinity(model, _regimen(entry), _body(entry), Options(form="esketamine"))[:, 0]
    clearance = np.array([values["CL"][0], values["CLM"][0]]) * 60 / 1000
    return np.asarray(clearance * area / 35.0, dtype=np.float64)


def _weights(entry: Target) -> Floats:
    regimen = Regimen.single(MgPerKg("0.5"), Minutes(40))
    kg = np.array(entry.kg)
    level: Floats = simulate(_model(entry), regimen, Subjects(kg), [40.0], _options(entry)).of("ketamine")[
        :, 0
    ]
    return level


_QUESTIONS: dict[str, Callable[[Target], Floats | float]] = {
    "level": _level,
    "peak_level": lambda entry: _highest(entry)[0],
    "peak_time": lambda entry: _highest(entry)[1],
    "crossing": _crossing,
    "end_of_infusion": _ends,
    "area": _area,
    "steady": _steady,
    "share_of_steady": _share_of_steady,
    "five_days": _five_days,
    "decrement": _decrement,
    "venous_minus_arterial": _venous_minus_arterial,
    "percentiles": _percentiles,
    "spread": _spread,
    "arterial_excess": _arterial_excess,
    "mass_balance": _mass_balance,
    "weights": _weights,
}


def _tuple(values: Floats) -> tuple[float, ...]:
    return tuple(float(v) for v in values)
