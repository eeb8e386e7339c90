"""The bodies that a regimen is given to."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from tenuto.core.pk.regimen import Floats

__all__ = ["Subjects"]


@dataclass(frozen=True, slots=True)
class Subjects:
    """One or many patients: arrays `(patients,)`, or single numbers.

    `weight_kg` is the weight of the body that clears the drug; `dosing_weight_kg` is the one that mg/kg doses are
    multiplied by (ideal, adjusted, capped), the same when not given. `age_years` is None when unknown.
    """

    weight_kg: ArrayLike
    age_years: ArrayLike | None = None
    dosing_weight_kg: ArrayLike | None = None
    weights: Floats = field(init=False, repr=False, compare=False)
    """Body weights, kg, `(patients,)`."""
    dosing_weights: Floats = field(init=False, repr=False, compare=False)
    """Weights that mg/kg doses are multiplied by, kg, `(patients,)`."""
    ages: Floats | None = field(init=False, repr=False, compare=False)
    """Ages, years, `(patients,)`, or None."""

    def __post_init__(self) -> None:
        for name, values in (("weight", self.weight_kg), ("dosing weight", self.dosing_weight_kg)):
            if values is not None and not (np.isfinite(values).all() and (np.asarray(values) > 0).all()):
                raise ValueError(
                    f"A {name} of {_first_bad(values):g} kg is not a body. Give a weight above 0 kg."
                )
        if self.age_years is not None and not (
            np.isfinite(self.age_years).all() and (np.asarray(self.age_years) >= 0).all()
        ):
            raise ValueError(
                f"An age of {_first_bad(self.age_years):g} years is not possible. Give the age in years."
            )
        dosing = self.weight_kg if self.dosing_weight_kg is None else self.dosing_weight_kg
        given = (
            [self.weight_kg, dosing] if self.age_years is None else [self.weight_kg, dosing, self.age_years]
        )
        arrays = [np.atleast_1d(np.asarray(v, dtype=np.float64)) for v in given]
        counts = {len(a) for a in arrays if len(a) != 1}
        if any(a.ndim != 1 for a in arrays) or len(counts) > 1 or 0 in counts:
            raise ValueError(
                "Weights, dosing weights and ages are one list each, of one length and not empty; or single numbers."
            )
        columns = np.broadcast_arrays(*arrays)
        for name, column in zip(("weights", "dosing_weights", "ages"), [*columns, None], strict=False):
            object.__setattr__(self, name, column)

    @property
    def count(self) -> int:
        """How many patients."""
        return len(self.weights)


def _first_bad(values: ArrayLike) -> float:
    flat = np.atleast_1d(np.asarray(values, dtype=np.float64))
    return float(next(v for v in flat if not (np.isfinite(v) and v > 0)))
