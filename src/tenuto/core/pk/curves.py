"""Curves of several models side by side, as rows for a table, a CSV file or a chart."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tenuto.core.pk.domain import Caution
from tenuto.core.pk.model import PkModel
from tenuto.core.pk.population import population
from tenuto.core.pk.regimen import Floats, Regimen
from tenuto.core.pk.simulate import AS_PUBLISHED, Options, simulate
from tenuto.core.pk.subjects import Subjects

__all__ = ["DISCLAIMER", "LevelCurve", "as_csv", "as_json", "curves", "warnings"]

DISCLAIMER = "not a target; do not titrate to this line"
_PERCENTILES = (5, 50, 95)
_AT_ONCE = 2_000_000
"""People times times worked out at once: some 100 MB."""


@dataclass(frozen=True, slots=True)
class LevelCurve:
    """One analyte in one model: the typical level `(times,)` in ng/mL, and percentiles `(3, times)` or None."""

    model: PkModel
    analyte: str
    site: str
    times_min: Floats
    ng_per_ml: Floats
    percentiles: Floats | None
    cautions: tuple[Caution, ...]

    @property
    def name(self) -> str:
        """The model's short name without the blood that it was fitted to, for where the curve's own stands beside it."""
        return self.model.short.removesuffix(f" ({self.model.site})")

    @property
    def is_doubtful(self) -> bool:
        """True when a soft limit of the model is passed, so that the line is drawn broken."""
        return any(c.of not in ("form", "site") and not c.of.startswith("covariate") for c in self.cautions)


def curves(
    models: Sequence[PkModel],
    regimen: Regimen,
    subjects: Subjects,
    times_min: Floats,
    options: Options = AS_PUBLISHED,
    *,
    people: int = 0,
    seed: int = 0,
    analytes: Sequence[str] | None = None,
) -> list[LevelCurve]:
    """The typical curve of every analyte (or of `analytes`) of each model for one patient; with `people`, bands too.

    Raises what `simulate` and `population` raise.
    """
    found: list[LevelCurve] = []
    for model in models:
        typical = simulate(model, regimen, subjects, times_min, options)
        bands = _bands(model, regimen, subjects, times_min, options, people, seed) if people else None
        for index, analyte in enumerate(typical.analytes):
            if analytes is not None and analyte not in analytes:
                continue
            found.append(
                LevelCurve(
                    model,
                    analyte,
                    typical.site,
                    typical.times_min,
                    typical.ng_per_ml[index, 0],
                    None if bands is None else bands[index],
                    tuple(c for c in typical.cautions if c.analyte in ("", analyte)),
                )
            )
    return found


def _bands(
    model: PkModel,
    regimen: Regimen,
    subjects: Subjects,
    times_min: Floats,
    options: Options,
    people: int,
    seed: int,
) -> Floats:
    """Percentiles `(analytes, 3, times)`, worked out in stretches of times: the same seed draws the same people."""
    stretches = np.array_split(times_min, -(-people * len(times_min) // _AT_ONCE))
    parts = [
        population(
            model,
            regimen,
            subjects,
            stretch,
            options,
            people=people,
            random=np.random.default_rng(seed),
            percentiles=_PERCENTILES,
        ).ng_per_ml
        for stretch in stretches
    ]
    return np.concatenate(parts, axis=2)


def warnings(found: Sequence[LevelCurve]) -> list[str]:
    """What a reader of these curves must know, each sentence once: cautions, and whose spread is borrowed."""
    said = dict.fromkeys(c.message for curve in found for c in curve.cautions)
    banded = [curve.model for curve in found if curve.percentiles is not None]
    return list(said | dict.fromkeys(f"{model.short}: {note}" for model in banded for note in model.notes))


def as_csv(found: Sequence[LevelCurve]) -> str:
    """Rows `model,analyte,site,time_min,ng_per_ml[,p05,p50,p95]` with a heading."""
    banded = any(c.percentiles is not None for c in found)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        ["model", "analyte", "site", "time_min", "ng_per_ml", *(["p05", "p50", "p95"] if banded else [])]
    )
    for curve in found:
        columns = [
            curve.times_min,
            curve.ng_per_ml,
            *(curve.percentiles if curve.percentiles is not None else []),
        ]
        for values in zip(*columns, strict=True):
            writer.writerow([curve.model.id, curve.analyte, curve.site, *(f"{v:.6g}" for v in values)])
    return out.getvalue()


def as_json(
    found: Sequence[LevelCurve], regimen: Regimen, *, asked: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The same with the cautions and what each model rests on; `asked` is carried along."""
    return {
        "note": DISCLAIMER,
        "units": {"time": "min", "level": "ng/mL of base"},
        **(asked or {}),
        "regimen": [
            {"at_min": d.start, "amount": str(d.amount), "over_min": d.stop - d.start if d.over else None}
            for d in regimen.doses
        ],
        "curves": [_entry(curve) for curve in found],
    }


def _entry(curve: LevelCurve) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "model": curve.model.id,
        "title": curve.model.title,
        "evidence": curve.model.basis.evidence,
        "basis": curve.model.basis.text,
        "analyte": curve.analyte,
        "site": curve.site,
        "cautions": [c.message for c in curve.cautions],
        "time_min": _rounded(curve.times_min),
        "ng_per_ml": _rounded(curve.ng_per_ml),
    }
    if curve.percentiles is not None:
        entry |= {f"p{p:02d}": _rounded(row) for p, row in zip(_PERCENTILES, curve.percentiles, strict=True)}
        entry["notes"] = list(curve.model.notes)
    return entry


def _rounded(values: Floats) -> list[float]:
    return [float(f"{v:.6g}") for v in values]
