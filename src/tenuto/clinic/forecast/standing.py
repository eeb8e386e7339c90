"""What stands of a patient's forecasts and decisions: the newest of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import OuterRef, Subquery

from tenuto.clinic.forecast.models import DateDecision, StoredForecast
from tenuto.clinic.ledger.facts import NEWEST_FIRST
from tenuto.clinic.pathway.api import Batch

__all__ = ["ForecastStanding", "forecast_standings", "standings_among"]

ARow = TypeVar("ARow", StoredForecast, DateDecision)


@dataclass(frozen=True, slots=True)
class ForecastStanding:
    """The newest forecast of a patient, without its texts, and the decision that stands for the next infusion."""

    forecast: StoredForecast | None
    decision: DateDecision | None
    """None once the infusion that it was about was given."""

    @property
    def moved_nearer(self) -> bool:
        """Whether the window of a later forecast ends before the day that was decided."""
        if self.forecast is None or self.decision is None or self.decision.on is None:
            return False
        later = self.forecast.pk != self.decision.forecast_id and self.forecast.closes is not None
        return later and self.forecast.closes < self.decision.on  # type: ignore[operator]

    @property
    def waits(self) -> bool:
        """Whether a prescriber has something to decide: nothing is decided, or the window moved nearer."""
        return self.forecast is not None and (self.decision is None or self.moved_nearer)


NOTHING = ForecastStanding(None, None)


def forecast_standings(batch: Batch) -> Mapping[UUID, ForecastStanding]:
    """What stands of each patient of a batch of whom anything was forecast. Two queries at most."""
    return batch.once(_of_batch)


def _of_batch(batch: Batch) -> Mapping[UUID, ForecastStanding]:
    return standings_among([patient.pk for patient in batch.patients])


def standings_among(patients: Iterable[UUID]) -> dict[UUID, ForecastStanding]:
    """The same for patients by id. Two queries at most."""
    ids = list(patients)
    forecasts = _newest(StoredForecast, ids, "inputs", "result")
    decisions = _newest(DateDecision, list(forecasts)) if forecasts else {}
    return {
        patient: ForecastStanding(forecast, _stands(decisions.get(patient), forecast))
        for patient, forecast in forecasts.items()
    }


def _newest(model: type[ARow], patients: list[UUID], *without: str) -> dict[UUID, ARow]:
    newest = model.objects.filter(patient=OuterRef("patient")).order_by(*NEWEST_FIRST).values("pk")[:1]
    rows: Any = model.objects.filter(patient__in=patients, pk=Subquery(newest)).defer(*without)
    if model is DateDecision:
        rows = rows.select_related("forecast").defer("forecast__inputs", "forecast__result")
    return {row.patient_id: row for row in rows}


def _stands(decision: DateDecision | None, forecast: StoredForecast) -> DateDecision | None:
    """A decision stands until the next infusion; that nothing is given, until a later forecast."""
    if decision is None:
        return None
    if decision.on is None:
        return decision if decision.forecast.ground == forecast.ground else None
    return (
        decision if forecast.treated < decision.on and decision.forecast.treated == forecast.treated else None
    )
