"""Levels over time from a model, a regimen and bodies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from tenuto.core import compartments
from tenuto.core.compartments import Bolus, ConstantInput, Input
from tenuto.core.data import Table, data_file
from tenuto.core.literature import ROOT
from tenuto.core.pk.build import Scaling, System, parameter_values, system
from tenuto.core.pk.covariates import covariate, multipliers
from tenuto.core.pk.domain import Caution, cautions
from tenuto.core.pk.model import PkModel
from tenuto.core.pk.regimen import Floats, Regimen
from tenuto.core.pk.subjects import Subjects
from tenuto.core.sources import Basis, basis_of

__all__ = ["AS_PUBLISHED", "Levels", "Options", "Site", "mixing_flow", "moieties", "simulate", "summed"]


class Site(StrEnum):
    """Where the blood is thought to be drawn. MODEL: as the model was fitted."""

    MODEL = "model"
    VENOUS = "venous"
    ARTERIAL = "arterial"


@dataclass(frozen=True, slots=True)
class Options:
    """What may be chosen besides model, regimen and body. The defaults are the models as published."""

    form: str = "racemic"
    site: Site = Site.MODEL
    scaling: Scaling = Scaling.PUBLISHED
    covariates: tuple[str, ...] = ()
    engine: compartments.Engine = "numpy"
    threads: int = 1


AS_PUBLISHED = Options()


@dataclass(frozen=True, slots=True)
class Levels:
    """Concentrations of base in ng/mL, `(analytes, patients, times)`, with what a reader must know."""

    model: PkModel
    site: str
    times_min: Floats
    ng_per_ml: Floats
    cautions: tuple[Caution, ...] = field(default=())

    @property
    def analytes(self) -> tuple[str, ...]:
        """The ids in the order of the first axis."""
        return tuple(a.id for a in self.model.analytes)

    def of(self, analyte: str) -> Floats:
        """Levels of one analyte, `(patients, times)`, ng/mL; KeyError names the model's analytes."""
        chosen: Floats = self.ng_per_ml[self.model.analytes.index(self.model.analyte(analyte))]
        return chosen


@data_file(ROOT / "pk/shared/blood.toml")
def mixing_flow(file: Table) -> tuple[float, Basis]:
    """The flow in L/min that mixes infusate into the blood, and what it rests on."""
    entry = file.table("arterial")
    return entry.real("mixing_flow_l_per_min"), basis_of(entry)


def simulate(
    model: PkModel,
    regimen: Regimen,
    subjects: Subjects,
    times_min: ArrayLike,
    options: Options = AS_PUBLISHED,
    *,
    effects: ArrayLike | None = None,
) -> Levels:
    """Levels of every analyte of `model` at `times_min` (not decreasing), for each of `subjects`.

    effects: random effects `(patients, parameters)` on the log scale in the order of `model.varied`; none when None.
    The moieties of one person share them. When there is one subject and many rows of effects, that body is used for
    all of them.

    Raises `OutsideModel` outside a hard limit, ValueError for times that go back, a form that the model lacks or effects
    that don't fit model and subjects. Sources: the model's; arterial levels by the mixing rule of Henthorn 2018.
    """
    known = cautions(model, subjects, regimen, options.form) + _chosen(options.covariates)
    drawn = None if effects is None else _drawn(model, subjects, effects)
    times = np.atleast_1d(np.asarray(times_min, dtype=np.float64))
    total = _both_moieties(model, regimen, subjects, times, options, drawn)
    site, converted = _to_site(model, regimen, subjects, times, options, total)
    # Rounding leaves traces of either sign, some 1e-13 of the peak, where nothing is left.
    np.maximum(total, 0.0, out=total)
    return Levels(model, site, times, total, known + converted)


def _drawn(model: PkModel, subjects: Subjects, effects: ArrayLike) -> Floats:
    """The random effects as `(patients, parameters)`."""
    drawn = np.atleast_2d(np.asarray(effects, dtype=np.float64))
    if drawn.ndim != 2 or drawn.shape[1] != len(model.varied) or not np.isfinite(drawn).all():
        raise ValueError(
            f"{model.short} takes {len(model.varied)} random effects of each person ({', '.join(model.varied)}), "
            f"all finite; the shape given is {drawn.shape}."
        )
    if subjects.count not in (1, len(drawn)):
        raise ValueError(
            f"There are {subjects.count} bodies and effects of {len(drawn)} people. Give one body, or one for each."
        )
    return drawn


def _both_moieties(
    model: PkModel,
    regimen: Regimen,
    subjects: Subjects,
    times: Floats,
    options: Options,
    drawn: Floats | None,
) -> Floats:
    """Levels summed over the moieties."""
    body, split = moieties(model, regimen, subjects, options, drawn)
    doses = np.broadcast_to(subjects.dosing_weights, len(split) // len(model.form(options.form).share))
    amounts = compartments.simulate(
        body.matrix,
        _inputs(regimen, np.resize(doses, len(split)), split),
        times,
        observe=body.observed,
        engine=options.engine,
        threads=options.threads,
    )
    amounts *= 1000.0 / body.volumes[:, :, np.newaxis]  # mg/L to ng/mL
    return summed(model, options, amounts)


def moieties(
    model: PkModel, regimen: Regimen, subjects: Subjects, options: Options, drawn: Floats | None = None
) -> tuple[System, Floats]:
    """The bodies of all patients for one moiety after the other, as if these were more patients, and the share of the
    dose that is each one's, `(moieties * patients,)`.

    drawn: random effects as in `simulate`.
    """
    patients = max(subjects.count, 1 if drawn is None else len(drawn))
    ages = None if subjects.ages is None else np.broadcast_to(subjects.ages, patients)
    factors = multipliers(model, options.covariates, age_years=ages, infusion_hours=regimen.longest_run_hours)
    values = parameter_values(
        model,
        weights_kg=np.broadcast_to(subjects.weights, patients),
        scaling=options.scaling,
        factors=factors,
        ages=ages,
        covariates=options.covariates,
        effects={} if drawn is None else dict(zip(model.varied, drawn.T, strict=True)),
    )
    shares = model.form(options.form).share
    stacked = {
        name: np.concatenate([value * model.moieties[m].get(name, 1.0) for m in shares])
        for name, value in values.items()
    }
    formation = np.tile(np.broadcast_to(factors["formation"], patients), len(shares))
    return system(model, stacked, formation=formation), np.repeat(list(shares.values()), patients)


def summed(model: PkModel, options: Options, levels: Floats) -> Floats:
    """Of `(analytes, moieties * patients, ...)` the sum over the moieties, `(analytes, patients, ...)`."""
    count = len(model.form(options.form).share)
    parts = levels.reshape(len(levels), count, levels.shape[1] // count, *levels.shape[2:])
    return parts[:, 0] if count == 1 else np.asarray(parts.sum(axis=1), dtype=np.float64)


def _inputs(regimen: Regimen, dosing_weights: Floats, split: Floats) -> list[Input]:
    made: list[Input] = []
    for dose in regimen.doses:
        amount = dose.milligrams(dosing_weights) * split
        if dose.over:
            made.append(ConstantInput(dose.start, dose.stop, amount / (dose.stop - dose.start)))
        else:
            made.append(Bolus(dose.start, amount))
    return made


def _to_site(
    model: PkModel, regimen: Regimen, subjects: Subjects, times: Floats, options: Options, total: Floats
) -> tuple[str, tuple[Caution, ...]]:
    """Add the unmixed infusate of the parent drug, in place, where arterial levels are asked; say what was done."""
    flow, basis = mixing_flow()
    asked = model.site if options.site is Site.MODEL else options.site.value
    if asked == model.site:
        return asked, ()
    if model.site == "unknown":
        text = f"{model.short}: its sampling site is not known, so the curve is shown as published."
        return "unknown", (Caution("site", np.nan, text, basis),)
    if asked == "venous":
        # Taking the unmixed infusate away would make the level jump up when the pump stops: an arterial model falls over
        # minutes, not at once.
        text = (
            f"{model.short}: fitted to arterial blood, and no venous form of it is published; the curve is shown as "
            "published, above venous levels while the pump runs."
        )
        return model.site, (Caution("site", np.nan, text, basis),)
    total[0] += regimen.rate_mg_per_min(times, subjects.dosing_weights) / flow * 1000.0
    text = f"{model.short}: arterial levels while the pump runs are mixed levels plus rate / {flow:g} L/min."
    return asked, (Caution("site", np.nan, text, basis),)


def _chosen(names: Sequence[str]) -> tuple[Caution, ...]:
    """Each applied covariate as a sentence."""
    found = []
    for name in dict.fromkeys(names):
        one = covariate(name)
        text = f"With {one.label} ({one.basis.evidence}). {one.basis.note}"
        found.append(Caution(f"covariate {name}", np.nan, text, one.basis))
    return tuple(found)
