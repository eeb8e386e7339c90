"""The calibration table with the protocol that each scorable row comes from."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, cast

from tenuto.core.durability.structure import CURRENT, FOLDER, folder_of
from tenuto.core.durability.trial import Trial, trial_from
from tenuto.core.sources import Basis, Tag, basis_from

__all__ = ["Reported", "Study", "data_sha256", "reported", "studies"]

Role = Literal["scorable", "predicted", "fitted", "prior", "check", "noise"]
_SHARES = {
    "response",
    "remission",
    "response_by_infusion",
    "remission_by_infusion",
    "relapse_free",
    "better",
    "worse",
    "later_improvement",
}


_INTERVAL = re.compile(r"(?:95 % )?(-?\d+\.\d+) to (-?\d+\.\d+)")


@dataclass(frozen=True, slots=True)
class Reported:
    """One published figure."""

    key: str
    id: str
    study: str
    condition: str
    arm: str
    metric: str
    when: str
    value: float
    n: float | None
    """Patients behind a share."""
    se: float | None
    """Standard error of anything else."""
    role: Role
    weight: float
    basis: Basis
    use: str

    @property
    def first_table(self) -> bool:
        """True for the rows that the first model was fitted to."""
        return self.id.startswith("C")

    @property
    def scored(self) -> bool:
        """True for endpoints of a simulated protocol, fitted or only predicted."""
        return self.role in ("scorable", "predicted")

    @property
    def read(self) -> bool:
        """True when somebody has read the figure in its source; others are predicted and not fitted."""
        return Tag.V in self.basis.tags

    @property
    def is_share(self) -> bool:
        """True for percentages of patients."""
        return self.metric in _SHARES

    @property
    def interval(self) -> tuple[float, float] | None:
        """The published 95 % interval, which `use` begins with where there is one."""
        found = _INTERVAL.match(self.use)
        return None if found is None else (float(found[1]), float(found[2]))

    @property
    def figure(self) -> str:
        """The simulated figure that predicts it."""
        return self.metric if self.arm == "drug" else f"{self.metric}_{self.arm}"


@dataclass(frozen=True, slots=True)
class Study:
    """A protocol and the published figures that it predicts, in the order of the trial's endpoints."""

    key: str
    group: str
    trial: Trial
    rows: tuple[Reported, ...]


@cache
def reported() -> Mapping[str, Reported]:
    """Every row of the calibration table by key, in the table's order."""
    text = (FOLDER / "calibration.csv").read_text("utf-8")
    return {entry["key"]: _row(entry) for entry in csv.DictReader(io.StringIO(text))}


def _row(entry: Mapping[str, str]) -> Reported:
    def number(name: str) -> float | None:
        return float(entry[name]) if entry[name] else None

    return Reported(
        key=entry["key"],
        id=entry["id"],
        study=entry["study"],
        condition=entry["condition"],
        arm=entry["arm"],
        metric=entry["metric"],
        when=entry["when"],
        value=float(entry["value"]),
        n=number("n"),
        se=number("se"),
        role=cast(Role, entry["role"]),
        weight=number("weight") or 0.0,
        basis=basis_from(
            {
                "evidence": entry["evidence"].split(";"),
                "sources": entry["sources"].split(";"),
                "note": entry["use"],
            },
            where=f"calibration.csv {entry['key']}",
        ),
        use=entry["use"],
    )


@cache
def studies() -> tuple[Study, ...]:
    """Every protocol with its scored rows; ValueError when a scored row has no protocol or the reverse."""
    raw = tomllib.loads((FOLDER / "protocols.toml").read_text("utf-8"))
    found = tuple(_study(key, entry) for key, entry in raw.items())
    placed = [row.key for study in found for row in study.rows]
    scorable = [row.key for row in reported().values() if row.scored or row.role == "fitted"]
    if sorted(placed) != sorted(scorable):
        raise ValueError(f"Scored rows and protocols differ in {sorted(set(placed) ^ set(scorable))}.")
    return found


def _study(key: str, entry: Mapping[str, object]) -> Study:
    rows = cast(Mapping[str, Mapping[str, object]], entry["rows"])
    parts = {name: entry[name] for name in ("infusions", "visits", "definitions") if name in entry}
    trial = trial_from(
        {**cast(Mapping[str, object], entry["trial"]), **parts, "report": list(rows.values())},
        where=f"protocol {key}",
    )
    return Study(key, str(entry.get("group", key)), trial, tuple(reported()[name] for name in rows))


def data_sha256() -> str:
    """Digest of everything the fit rests on: table, protocols and priors."""
    digest = hashlib.sha256()
    for file in (FOLDER / "calibration.csv", FOLDER / "protocols.toml", folder_of(CURRENT) / "priors.toml"):
        digest.update(file.read_bytes())
    return digest.hexdigest()
