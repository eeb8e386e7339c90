"""The pictures of the manual's page on drug level, worked out from the default model by `tenuto docs build`."""

from __future__ import annotations

import numpy as np

from tenuto.clinic.ui.charts.comparison import LevelLine, comparison_chart
from tenuto.clinic.ui.charts.level import level_chart
from tenuto.clinic.ui.charts.render import Spec, render
from tenuto.core.pk import GivenDose, Options, Regimen, Scaling, Subjects, default, load, simulate
from tenuto.core.pk.curves import curves
from tenuto.core.pk.regimen import Floats
from tenuto.core.units import Mg, MgPerKg, MgPerKgPerHour, Minutes

__all__ = ["clearance", "dose_or_rate", "fixed_dose", "forty_or_sixty", "models", "weight"]

_TIMES = np.arange(0.0, 241.0, 2.0)
_DOSE = Regimen.single(MgPerKg("0.5"), Minutes(40))
_MODEL_NOTE = "Otto 2021, typical adult; not a target."


def models() -> str:
    """Six models on the same dose."""
    chosen = [
        load(n)
        for n in ("otto-2021", "kamp-2020", "simons-2022", "perez-ruixo-2021", "domino", "clements-1981")
    ]
    return _svg(level_chart(curves(chosen, _DOSE, Subjects(70.0), np.arange(0.0, 241.0)), _DOSE))


def forty_or_sixty() -> str:
    """0.5 mg/kg over 40 against 60 minutes."""
    lines = [
        LevelLine(f"over {over} min", _level(Regimen.single(MgPerKg("0.5"), Minutes(over))))
        for over in (40, 60)
    ]
    return _svg(comparison_chart("0.5 mg/kg over 40 or over 60 minutes", _MODEL_NOTE, _TIMES, lines))


def dose_or_rate() -> str:
    """0.5 mg/kg against 0.5 mg/kg/h, both over 40 minutes."""
    rate = Regimen((GivenDose.at_rate(Minutes(0), MgPerKgPerHour("0.5"), Minutes(40)),))
    lines = [
        LevelLine("0.5 mg/kg over 40 min", _level(_DOSE)),
        LevelLine("0.5 mg/kg/h for 40 min", _level(rate)),
    ]
    return _svg(comparison_chart("0.5 mg/kg is not 0.5 mg/kg/h", _MODEL_NOTE, _TIMES, lines))


def weight() -> str:
    """50 against 130 kg, mg/kg dosing, under three ideas of what weight does."""
    lines = []
    for kg, scaling, says in (
        (70, Scaling.PUBLISHED, "70 kg"),
        (50, Scaling.PUBLISHED, "50 kg, as published"),
        (130, Scaling.PUBLISHED, "130 kg, as published"),
        (130, Scaling.ALL_TERMS, "130 kg, all terms scaled"),
        (130, Scaling.NONE, "130 kg, if weight has no effect"),
    ):
        level = simulate(default(), _DOSE, Subjects(float(kg)), _TIMES, Options(scaling=scaling)).of(
            "ketamine"
        )[0]
        lines.append(LevelLine(says, level))
    return _svg(comparison_chart("0.5 mg/kg by total weight over 40 minutes", _MODEL_NOTE, _TIMES, lines))


def fixed_dose() -> str:
    """The same 35 mg at 50 to 130 kg, all terms scaled with weight."""
    dose, options = Regimen.single(Mg(35), Minutes(40)), Options(scaling=Scaling.ALL_TERMS)
    lines = [
        LevelLine(
            f"{kg} kg", simulate(default(), dose, Subjects(float(kg)), _TIMES, options).of("ketamine")[0]
        )
        for kg in (70, 50, 100, 130)
    ]
    return _svg(comparison_chart("The same 35 mg over 40 minutes", _MODEL_NOTE, _TIMES, lines))


def clearance() -> str:
    """Half to twice the clearance."""
    lines = [
        LevelLine(f"clearance × {factor:g}", _level_with_clearance(factor))
        for factor in (1, 0.5, 0.8, 1.25, 2)
    ]
    return _svg(
        comparison_chart("Faster or slower metabolism, 0.5 mg/kg over 40 minutes", _MODEL_NOTE, _TIMES, lines)
    )


def _level_with_clearance(factor: float) -> Floats:
    """The level of a person whose clearance alone is so many times the typical one: one random effect, on the log scale."""
    effects = [np.log(factor) if name == "CL" else 0.0 for name in default().varied]
    level: Floats = simulate(default(), _DOSE, Subjects(70.0), _TIMES, effects=effects).of("ketamine")[0]
    return level


def _level(regimen: Regimen) -> Floats:
    level: Floats = simulate(default(), regimen, Subjects(70.0), _TIMES).of("ketamine")[0]
    return level


def _svg(spec: Spec) -> str:
    return render(spec, "svg").decode()
