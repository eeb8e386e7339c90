"""What the program does about forecasts on its own."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.forecast.services.nightly import begin_night, forecast_some
from tenuto.clinic.forecast.spread import spread_over
from tenuto.clinic.live.api import every, later, long_job

__all__ = ["forecast_clinic", "forecast_every_night"]


@every(timedelta(days=1))
def forecast_every_night() -> None:
    """Put the forecasts of every clinic on the list, each as a job of its own."""
    for clinic in Clinic.objects.all():
        later(forecast_clinic, str(clinic.pk))


@long_job
def forecast_clinic(clinic_id: str) -> None:
    """Forecast all active patients of a clinic. A worker that takes over goes on where the last one stopped."""
    clinic = Clinic.objects.get(pk=UUID(clinic_id))
    night = begin_night(clinic, day=clock.today(clinic), at=clock.now(clinic))
    with spread_over(workers=settings.FORECAST_WORKERS, scheduler=settings.DASK_SCHEDULER) as spread:
        while forecast_some(night, spread, at=clock.now(clinic)):
            pass
