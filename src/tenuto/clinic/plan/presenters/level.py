"""The predicted level below a dose. What it is computed from is kept with a version, so that paper and page agree later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from tenuto.clinic.ui.charts.dose_level import LevelFigure, dose_level
from tenuto.clinic.ui.words import age
from tenuto.core.plan.proposal import Proposal
from tenuto.core.units import Kg, Mg, Minutes, plain

__all__ = ["level_figure", "level_inputs"]


def level_inputs(proposal: Proposal, born: date | None) -> dict[str, Any] | None:
    """Dose, time and body in JSON values; None while there is no dose. The body's own weight, not the dosing weight."""
    calculation, weighing = proposal.orderable, proposal.weighing
    if calculation is None or weighing is None:
        return None
    return {
        "dose_mg": plain(calculation.dose.ordered.value),
        "minutes": plain(calculation.inputs.minutes.value),
        "body_weight_kg": plain(weighing.kg.value),
        "age_years": None if born is None else age(born, proposal.as_of),
    }


def level_figure(inputs: Mapping[str, Any] | None) -> LevelFigure | None:
    """Display only; None outside the hard limits of every model, and for a version that kept no inputs."""
    if inputs is None:
        return None
    years = inputs["age_years"]
    return dose_level(
        dose=Mg(Decimal(inputs["dose_mg"])),
        over=Minutes(Decimal(inputs["minutes"])),
        body_weight=Kg(Decimal(inputs["body_weight_kg"])),
        age_years=None if years is None else float(years),
    )
