"""What other rooms may use of what goes on between requests."""

from __future__ import annotations

from tenuto.clinic.live.jobs import do_regular, every, for_each_clinic, job, later, long_job
from tenuto.clinic.live.tail import newest_number
from tenuto.clinic.live.worker import failed_jobs

__all__ = [
    "do_regular",
    "every",
    "failed_jobs",
    "for_each_clinic",
    "job",
    "later",
    "long_job",
    "newest_number",
]
