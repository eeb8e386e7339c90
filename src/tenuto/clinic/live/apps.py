"""The app that tails the ledger and runs jobs."""

from __future__ import annotations

from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "tenuto.clinic.live"

    def ready(self) -> None:
        from tenuto.clinic.live import housekeeping  # noqa: F401 - registers its job
