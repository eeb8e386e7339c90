"""One version of the model as data: what is estimated, what is fixed, what shifts the law of patients."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from tenuto.core.durability.normal import Floats
from tenuto.core.literature import ROOT

__all__ = ["CURRENT", "FIRST", "FOLDER", "MODEL_VERSION", "Structure", "folder_of", "priors", "structure"]

MODEL_VERSION = "2"
"""Raised whenever the same parameters would give another answer; the parameter file must carry the same."""
CURRENT, FIRST = MODEL_VERSION, "1"
FOLDER = ROOT / "durability"

_TO: dict[str, Callable[[float], float]] = {
    "log": math.log,
    "logit": lambda p: math.log(p / (1 - p)),
    "plain": float,
}
_FROM: dict[str, Callable[[float], float]] = {
    "log": math.exp,
    "logit": lambda x: 1 / (1 + math.exp(-x)),
    "plain": float,
}


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """The prior file of one version. A version without a part of the model fixes it where it has no effect."""

    version: str
    priors: Mapping[str, Any]
    hyper: tuple[str, ...]
    """Names of the estimated parameters, in the order of every vector of them."""
    fixed: Mapping[str, float]

    def prior(self) -> tuple[Floats, Floats]:
        """Prior mean and SD of the estimated parameters on their estimation scales, each shape (len(hyper),)."""
        entries = self.priors["hyper"].values()
        return (
            np.array([_TO[e["scale"]](e["centre"]) for e in entries]),
            np.array([float(e["sd"]) for e in entries]),
        )

    def natural(self, name: str, value: float) -> float:
        """An estimated parameter in natural units."""
        return _FROM[self.priors["hyper"][name]["scale"]](value)


def folder_of(version: str) -> Path:
    """Where the files of a version are kept: the current one's in front, older ones in a folder of their own."""
    return FOLDER if version == CURRENT else FOLDER / f"model_{version}"


@cache
def structure(version: str = CURRENT) -> Structure:
    """The structure of a version of the model."""
    raw = tomllib.loads((folder_of(version) / "priors.toml").read_text("utf-8"))
    fixed = {name: float(entry["value"]) for name, entry in raw["fixed"].items()}
    return Structure(version, raw, tuple(raw["hyper"]), fixed)


def priors() -> Mapping[str, Any]:
    """The current prior file as parsed. Callers must not change it."""
    return structure().priors
