"""Makes the forecasts of the night now, with progress; broken off, it goes on where it stopped."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.forecast.models import ForecastNight
from tenuto.clinic.forecast.services.nightly import begin_night, forecast_some
from tenuto.clinic.forecast.spread import spread_over


class Command(BaseCommand):
    help = "Make the forecasts of the night now, for every clinic, and say how far it has come"

    def handle(self, *args: Any, **options: Any) -> None:
        with spread_over(workers=settings.FORECAST_WORKERS, scheduler=settings.DASK_SCHEDULER) as spread:
            for clinic in Clinic.objects.order_by("name"):
                night = begin_night(clinic, day=clock.today(clinic), at=clock.now(clinic))
                while forecast_some(night, spread, at=clock.now(clinic)):
                    self.stderr.write(self._progress(clinic, night))
                self.stdout.write(
                    f"{clinic.name}: {night.done} patients, {night.made} forecasts made, {night.kept} kept, "
                    f"{night.unreadable} courses that can't be forecast."
                )

    def _progress(self, clinic: Clinic, night: ForecastNight) -> str:
        return f"{clinic.name}: {night.done} of {night.patients} ({night.percent} %)"
