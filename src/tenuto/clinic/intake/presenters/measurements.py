"""What was measured, newest first, each reading with who took it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from tenuto.clinic.accounts.api import may_strike
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.intake.models import Measured, ReadingStruck
from tenuto.clinic.intake.services.striking import VERB
from tenuto.clinic.ui.words import moment
from tenuto.core.units import plain

__all__ = ["ReadingRow", "readings"]

UNITS = {
    "weight_kg": ("Weight", "kg"),
    "height_cm": ("Height", "cm"),
    "heart_rate_per_min": ("Heart rate", "/min"),
    "spo2_percent": ("Oxygen saturation", "%"),
    "alt_u_per_l": ("ALT", "U/L"),
    "ast_u_per_l": ("AST", "U/L"),
    "alp_u_per_l": ("ALP", "U/L"),
    "ggt_u_per_l": ("GGT", "U/L"),
    "egfr_ml_per_min": ("eGFR", "mL/min/1.73 m²"),
}


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """Values that were measured together."""

    id: UUID
    when: str
    what: str
    by: str
    struck: str
    may_strike: bool
    """Whether who looks at it may say that it was entered in error."""


def readings(
    rows: Iterable[Measured], struck: dict[UUID, ReadingStruck], by: Staff
) -> tuple[ReadingRow, ...]:
    """One row a reading, the newest first, as `by` sees it."""
    together: dict[UUID, list[Measured]] = {}
    for row in rows:
        together.setdefault(row.reading, []).append(row)
    newest = sorted(together.values(), key=lambda r: (r[0].taken_at, r[0].recorded_at), reverse=True)
    return tuple(_reading(values, struck.get(values[0].reading), by) for values in newest)


def _reading(values: list[Measured], struck: ReadingStruck | None, by: Staff) -> ReadingRow:
    first = values[0]
    return ReadingRow(
        id=first.reading,
        when=moment(first.taken_at),
        what=", ".join(_told(values)),
        by=first.recorded_by_name,
        struck=f"Doesn't count: {struck.why} ({struck.recorded_by_name})" if struck else "",
        may_strike=may_strike(by, first.recorded_by_name, VERB),
    )


def _told(values: list[Measured]) -> list[str]:
    by_kind = {value.kind: value for value in values}
    told = []
    if "systolic_mmhg" in by_kind and "diastolic_mmhg" in by_kind:
        upper, lower = by_kind["systolic_mmhg"].value, by_kind["diastolic_mmhg"].value
        told.append(f"Blood pressure {plain(upper)}/{plain(lower)} mmHg")
    for kind, (label, unit) in UNITS.items():
        if kind in by_kind:
            value = by_kind[kind]
            limit = (
                f" (upper limit {plain(value.reference_high)})" if value.reference_high is not None else ""
            )
            told.append(f"{label} {plain(value.value)} {unit}{limit}")
    return told
