"""Who responds and who remits on a day of a simulated trial."""

from __future__ import annotations

import numpy as np

from tenuto.core.durability.conduct import Flags, ReportForms
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.trial import Trial

__all__ = ["mean_of", "remits", "responds"]


def responds(trial: Trial, record: ReportForms, day: float) -> Flags:
    """Who was scored and had the fall that counts; a missing score is no response."""
    score, present = record.at(day)
    responds: Flags = (record.entry - score >= trial.response_fall * record.entry - 1e-9) & present
    return responds


def remits(trial: Trial, record: ReportForms, day: float) -> Flags:
    """Who was scored and is at or below the trial's limit of remission; a missing score is no remission."""
    score, present = record.at(day)
    remits: Flags = (score <= trial.remission_at_most) & present
    return remits


def mean_of(values: Floats, among: Flags) -> Floats:
    """Mean of each row over the flagged; not a number where there are none."""
    count = among.sum(axis=1)
    mean: Floats = np.where(count > 0, np.where(among, values, 0).sum(axis=1) / np.maximum(count, 1), np.nan)
    return mean
