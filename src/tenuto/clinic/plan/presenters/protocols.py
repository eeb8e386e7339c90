"""The templates for one indication side by side, so that a disagreement between sources is seen, not hidden."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tenuto.clinic.ui.words import duration
from tenuto.core.literature.protocol import Induction, Protocol, SessionTemplate
from tenuto.core.policy import Policy
from tenuto.core.sources import Sourced
from tenuto.core.units import Minutes, plain

__all__ = ["ProtocolColumn", "compare"]


@dataclass(frozen=True, slots=True)
class ProtocolColumn:
    """One template in the comparison."""

    id: str
    title: str
    version: int
    chosen: bool
    infusions: str
    gaps: str
    session: str
    maintenance: str
    grade: str
    grade_text: str
    evidence: str
    sources: tuple[str, ...]
    why: str
    url: str


def compare(
    protocols: Iterable[Protocol], *, chosen: str, policy: Policy, links: Mapping[str, str]
) -> tuple[ProtocolColumn, ...]:
    """One row each, the chosen one first. `links` show the plan with another protocol."""
    ordered = sorted(protocols, key=lambda p: (p.id != chosen, p.title))
    return tuple(_column(p, chosen, policy, links[p.id]) for p in ordered)


def _column(protocol: Protocol, chosen: str, policy: Policy, url: str) -> ProtocolColumn:
    return ProtocolColumn(
        id=protocol.id,
        title=protocol.title,
        version=protocol.version,
        chosen=protocol.id == chosen,
        infusions=_infusions(protocol.induction),
        gaps=_gaps(protocol.induction, policy),
        session=_session(protocol.session),
        maintenance=protocol.maintenance[0].text,
        grade=protocol.grade.level,
        grade_text=protocol.grade.text,
        evidence=", ".join(tag.meaning for tag in protocol.grade.basis.tags),
        sources=tuple(str(source) for source in protocol.sources),
        why=protocol.why,
        url=url,
    )


def _infusions(course: Induction) -> str:
    least = course.infusions_min.value
    number = _span(course.infusions_min, course.infusions_max)
    if least == course.infusions_max.value == 1:
        return "1 infusion"
    return f"{number} infusions, {_span(course.per_week_min, course.per_week_max)} a week"


def _gaps(course: Induction, policy: Policy) -> str:
    if course.infusions_max.value == 1:
        return "none"
    least = f"at least {plain(policy.number(course.gap_rule.limit))} h apart"
    return f"{least}, at most {course.gap_days_max.value} d" if course.gap_days_max else least


def _session(session: SessionTemplate) -> str:
    return f"{session.target.value}, {_minutes(session)}"


def _minutes(session: SessionTemplate) -> str:
    low, high = session.minutes_min.value, session.minutes_max.value
    if low == high:
        return f"over {_time(session.minutes.value)}"
    return f"over {_time(session.minutes.value)} ({plain(low.value)} to {plain(high.value)})"


def _time(minutes: Minutes) -> str:
    return duration(int(minutes.value))


def _span(low: Sourced[int], high: Sourced[int]) -> str:
    return str(low.value) if low.value == high.value else f"{low.value} to {high.value}"
