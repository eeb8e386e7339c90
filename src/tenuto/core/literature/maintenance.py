"""Maintenance rules as data: what follows an induction. The file is `maintenance.toml`; this module alone reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from tenuto.core.literature import table
from tenuto.core.literature.entries import Entry
from tenuto.core.sources import Basis, Sourced

__all__ = ["MaintenanceKind", "MaintenanceRule", "maintenance_rule", "maintenance_rules"]


class MaintenanceKind(StrEnum):
    """An interval, when symptoms return, or not at all."""

    INTERVAL = "interval"
    AS_NEEDED = "as_needed"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MaintenanceRule:
    """One rule. Intervals in days, from infusion to infusion; None where the rule gives no number."""

    id: str
    text: str
    kind: MaintenanceKind
    interval_days_min: Sourced[int] | None
    interval_days_max: Sourced[int] | None
    infusions_max: Sourced[int] | None
    months_until_review: Sourced[int] | None
    basis: Basis


@cache
def maintenance_rules() -> Mapping[str, MaintenanceRule]:
    """All rules by id."""
    return {
        id_: _rule(id_, Entry(raw, f"maintenance.toml [{id_}]")) for id_, raw in table("maintenance").items()
    }


def maintenance_rule(id_: str) -> MaintenanceRule:
    """The rule named `id_`; KeyError with a sentence that lists those that exist."""
    try:
        return maintenance_rules()[id_]
    except KeyError:
        known = ", ".join(maintenance_rules())
        raise KeyError(f"There is no maintenance rule '{id_}'. Choose one of: {known}.") from None


def _rule(id_: str, entry: Entry) -> MaintenanceRule:
    def optional(key: str) -> Sourced[int] | None:
        return entry.count(key) if key in entry.raw else None

    return MaintenanceRule(
        id=id_,
        text=entry.text("text"),
        kind=MaintenanceKind(entry.text("kind")),
        interval_days_min=optional("interval_days_min"),
        interval_days_max=optional("interval_days_max"),
        infusions_max=optional("infusions_max"),
        months_until_review=optional("months_until_review"),
        basis=entry.basis(),
    )
