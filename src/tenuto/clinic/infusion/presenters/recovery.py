"""The recovery of a session, for its pages and its paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tenuto.clinic.accounts.clock import local
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.infusion.presenters.chart import words_of
from tenuto.core.infusion.recovery import RecoveryAccount
from tenuto.core.infusion.recovery_data import RecoveryPath

__all__ = ["CriterionShown", "RecoveryShown", "recovery_shown"]


@dataclass(frozen=True, slots=True)
class CriterionShown:
    """One criterion: met or not, what was found and what to do."""

    id: str
    mark: str
    word: str
    title: str
    value: str
    missing: str


@dataclass(frozen=True, slots=True)
class RecoveryShown:
    """The whole recovery."""

    since: str
    until: str
    total: int
    open: tuple[CriterionShown, ...]
    met: tuple[CriterionShown, ...]
    paths: tuple[RecoveryPath, ...]
    left: str
    left_mark: str
    left_at: str
    left_by: str


def recovery_shown(found: RecoveryAccount, clinic: Clinic) -> RecoveryShown:
    """An account as the page shows it, in the clinic's time. What is open stands first."""

    def time(moment: datetime | None) -> str:
        return f"{local(clinic, moment):%H:%M}" if moment else ""

    rows = [
        CriterionShown(
            each.id,
            "pass" if each.met else "review" if found.left else "due",
            "Met" if each.met else "Open" if found.left else "To do",
            each.title,
            each.value,
            each.missing,
        )
        for each in found.criteria
    ]
    left = found.left
    return RecoveryShown(
        since=time(found.since),
        until=time(found.until),
        total=len(rows),
        open=tuple(each for each in rows if each.missing),
        met=tuple(each for each in rows if not each.missing),
        paths=found.paths,
        left=words_of(left.what) if left else "",
        left_mark="pass" if found.ready else "review",
        left_at=time(left.at) if left else "",
        left_by=left.by if left else "",
    )
