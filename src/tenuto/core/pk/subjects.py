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
    _sizes: tuple[int, ...] = field(default=(), init=False, repr=False, compare=False)

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
        sizes = np.broadcast_shapes(
            *(np.shape(v) for v in (self.weight_kg, self.age_years, self.dosing_weight_kg) if v is not None),
            (1,),
        )
        object.__setattr__(self, "_sizes", sizes)

    @property
    def count(self) -> int:
        """How many patients."""
        return self._sizes[0]

    @property
    def weights(self) -> Floats:
        """Body weights, kg, `(patients,)`."""
        return np.broadcast_to(np.asarray(self.weight_kg, dtype=np.float64), self._sizes)

    @property
    def dosing_weights(self) -> Floats:
        """Weights that mg/kg doses are multiplied by, kg, `(patients,)`."""
        chosen = self.weight_kg if self.dosing_weight_kg is None else self.dosing_weight_kg
        return np.broadcast_to(np.asarray(chosen, dtype=np.float64), self._sizes)

    @property
    def ages(self) -> Floats | None:
        """Ages, years, `(patients,)`, or None."""
        if self.age_years is None:
            return None
        return np.broadcast_to(np.asarray(self.age_years, dtype=np.float64), self._sizes)


def _first_bad(values: ArrayLike) -> float:
    flat = np.atleast_1d(np.asarray(values, dtype=np.float64))
    return float(next(v for v in flat if not (np.isfinite(v) and v > 0)))
