"""What other rooms may use of what goes on between requests."""

from __future__ import annotations

from tenuto.clinic.live.jobs import every, job
from tenuto.clinic.live.tail import newest_number
from tenuto.clinic.live.worker import failed_jobs

__all__ = ["every", "failed_jobs", "job", "newest_number"]
