"""Maintenance rules as data: what follows an induction. The file is `maintenance.toml`; this module alone reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tenuto.core.data import Table, data_file
from tenuto.core.literature import ROOT
from tenuto.core.sources import Basis, Sourced, basis_of, sourced_count

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
    short: str
    """In a few words, to choose from."""
    text: str
    kind: MaintenanceKind
    interval_days_min: Sourced[int] | None
    interval_days_max: Sourced[int] | None
    infusions_max: Sourced[int] | None
    months_until_review: Sourced[int] | None
    basis: Basis


@data_file(ROOT / "maintenance.toml")
def maintenance_rules(file: Table) -> Mapping[str, MaintenanceRule]:
    """All rules by id."""
    return {id_: _rule(id_, entry) for id_, entry in file.named().items()}


def maintenance_rule(id_: str) -> MaintenanceRule:
    """The rule named `id_`; KeyError with a sentence that lists those that exist."""
    try:
        return maintenance_rules()[id_]
    except KeyError:
        known = ", ".join(maintenance_rules())
        raise KeyError(f"There is no maintenance rule '{id_}'. Choose one of: {known}.") from None


def _rule(id_: str, entry: Table) -> MaintenanceRule:
    def count(key: str) -> Sourced[int] | None:
        return sourced_count(entry, key) if entry.has(key) else None

    return MaintenanceRule(
        id=id_,
        short=entry.text("short"),
        text=entry.text("text"),
        kind=entry.choice("kind", MaintenanceKind),
        interval_days_min=count("interval_days_min"),
        interval_days_max=count("interval_days_max"),
        infusions_max=count("infusions_max"),
        months_until_review=count("months_until_review"),
        basis=basis_of(entry),
    )
