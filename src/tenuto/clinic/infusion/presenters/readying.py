"""The gate of a start, for its page."""

from __future__ import annotations

from dataclasses import dataclass

from tenuto.clinic.accounts.clock import local
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.infusion.services import Start
from tenuto.clinic.infusion.services.standing import finding_key, finding_mark
from tenuto.clinic.intake.api import page_of
from tenuto.clinic.ui.gates import mark_of
from tenuto.core.gate import Finding, Level
from tenuto.core.infusion.prescribed import SessionOrder
from tenuto.core.infusion.readiness import IDENTITY

__all__ = ["DayRow", "GateFindingShown", "GateShown", "gate_shown", "order_shown"]


@dataclass(frozen=True, slots=True)
class DayRow:
    """A row of the day."""

    title: str
    value: str
    who: str
    mark: str
    word: str
    text: str


@dataclass(frozen=True, slots=True)
class GateFindingShown:
    """Something that the record, the order or a hold says, and where it is recorded."""

    mark: str
    word: str
    text: str
    opened_by: str
    route: str
    released: bool


@dataclass(frozen=True, slots=True)
class GateShown:
    """The whole gate."""

    mark: str
    word: str
    opened_by: str
    rows: tuple[DayRow, ...]
    findings: tuple[GateFindingShown, ...]
    policy: str
    identified: bool
    reading: str
    reading_agrees: bool
    reading_problem: str
    open: bool
    releasable: bool
    releases: tuple[str, ...]
    shown: tuple[str, ...]
    """A mark of each finding that still closes the start: a release is signed for these."""


def gate_shown(start: Start, clinic: Clinic) -> GateShown:
    """The gate as it stands, with what was released marked as such."""
    left = {finding_key(each) or each.code for each in start.left.findings}
    reading = start.reading
    return GateShown(
        mark=mark_of(start.left.level),
        word=start.left.level.name,
        opened_by=start.left.opened_by,
        rows=tuple(
            DayRow(
                row.title,
                row.value or "Not recorded today",
                f"{local(clinic, row.at):%H:%M}, {row.by}" if row.at else "",
                "due" if row.finding and row.finding.missing else mark_of(row.level),
                "To do" if row.finding and row.finding.missing else row.level.name,
                row.finding.message if row.finding else "",
            )
            for row in start.readiness.rows
        ),
        findings=tuple(_finding(each, left) for each in start.readiness.besides if each.level > Level.PASS),
        policy=start.readiness.policy,
        identified=any(row.id == IDENTITY and row.level is Level.PASS for row in start.readiness.rows),
        reading=str(reading) if reading else "",
        reading_agrees=bool(reading and reading.agrees),
        reading_problem=start.reading_problem,
        open=start.left.level is Level.PASS and not start.reading_problem,
        releasable=start.left.level in (Level.REVIEW, Level.BLOCK),
        releases=tuple(
            f"{each.recorded_by_name}, {local(clinic, each.recorded_at):%H:%M}: {each.reason}"
            for each in start.releases
        ),
        shown=tuple(finding_mark(each) for each in start.left.findings if each.level > Level.PASS),
    )


def _finding(finding: Finding, left: set[str]) -> GateFindingShown:
    found = page_of(finding.fact)
    return GateFindingShown(
        mark_of(finding.level),
        finding.level.name,
        finding.message,
        finding.opened_by,
        found[0] if len(found) == 1 else "",
        (finding_key(finding) or finding.code) not in left,
    )


def order_shown(order: SessionOrder) -> dict[str, str]:
    """The order in words, for the top of the page."""
    return {
        "dose": str(order.dose),
        "target": str(order.target),
        "weight": str(order.weight),
        "vial": str(order.vial),
        "volume": str(order.volume),
        "concentration": str(order.concentration.rounded(4)),
        "minutes": str(order.duration),
        "rate": str(order.setting),
    }
