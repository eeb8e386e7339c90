"""Jobs about the list of jobs itself."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from tenuto.clinic.live.jobs import every
from tenuto.clinic.live.models import WorkerSign

__all__ = ["KEPT", "clear_done_jobs"]

KEPT = timedelta(days=30)


@every(timedelta(days=1))
def clear_done_jobs() -> None:
    """Forget jobs that were done a month ago, and workers that ended without a word. Failed ones stay."""
    before = timezone.now() - KEPT
    DBTaskResult.objects.successful().filter(finished_at__lt=before).delete()
    WorkerSign.objects.filter(seen_at__lt=before).delete()
