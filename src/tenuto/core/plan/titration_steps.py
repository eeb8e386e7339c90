"""The steps of dose and duration that may be considered, and what speaks against an increase, from `titration.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tenuto.core.data import Table, data_file
from tenuto.core.literature import ROOT
from tenuto.core.sources import Basis, basis_of

__all__ = ["IncreaseLimits", "StepSizes", "TitrationSteps", "titration_steps"]


@dataclass(frozen=True, slots=True)
class StepSizes:
    """The sizes of one kind of change, in the unit of its key in the file, and what is said of it."""

    title: str
    text: str
    sizes: tuple[Decimal, ...]
    basis: Basis


@dataclass(frozen=True, slots=True)
class IncreaseLimits:
    """From which event grades on, and down to which MOAA/S, no increase is offered."""

    open_event_grade: int
    severe_event_grade: int
    sedation_moaas: int
    basis: Basis


@dataclass(frozen=True, slots=True)
class TitrationSteps:
    """Up and first doses in mg/kg, longer in minutes, down in percent of the dose."""

    up: StepSizes
    longer: StepSizes
    down: StepSizes
    first: StepSizes
    limits: IncreaseLimits


@data_file(ROOT / "titration.toml")
def titration_steps(file: Table) -> TitrationSteps:
    """All of them."""
    limits = file.table("limits")
    return TitrationSteps(
        up=_steps(file.table("up"), "steps_mg_per_kg"),
        longer=_steps(file.table("longer"), "steps_minutes"),
        down=_steps(file.table("down"), "steps_percent"),
        first=_steps(file.table("first"), "doses_mg_per_kg"),
        limits=IncreaseLimits(
            limits.whole("open_event_grade"),
            limits.whole("severe_event_grade"),
            limits.whole("sedation_moaas"),
            basis_of(limits),
        ),
    )


def _steps(entry: Table, sizes: str) -> StepSizes:
    return StepSizes(entry.text("title"), entry.text("text"), entry.numbers(sizes), basis_of(entry))
