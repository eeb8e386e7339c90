"""Protocol templates in words, each number beside how it is known and where it was read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tenuto.clinic.ui.words import count
from tenuto.core.intake.conditions import condition
from tenuto.core.literature.protocol import Protocol, protocols, published
from tenuto.core.sources import Basis, Sourced

__all__ = ["ProtocolGroup", "ProtocolPage", "protocol_list", "protocol_page"]


@dataclass(frozen=True, slots=True)
class OpenedStatement:
    """A statement or a number and what opens below it."""

    title: str
    value: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class ProtocolGroup:
    """The templates for one condition."""

    title: str
    key: str
    rows: tuple[Protocol, ...]


@dataclass(frozen=True, slots=True)
class ProtocolPage:
    """One template."""

    protocol: Protocol
    grade: OpenedStatement
    indications: tuple[str, ...]
    session: tuple[OpenedStatement, ...]
    course: tuple[OpenedStatement, ...]
    after: tuple[OpenedStatement, ...]
    reviews: tuple[OpenedStatement, ...]
    requires: tuple[OpenedStatement, ...]
    flags: tuple[OpenedStatement, ...]
    visits: tuple[str, ...]
    versions: tuple[tuple[str, str, bool], ...]


def protocol_list() -> tuple[ProtocolGroup, ...]:
    """Every template below each condition that it is for, the proposed one first."""
    named: dict[str, list[Protocol]] = {}
    for protocol in protocols().values():
        for indication in protocol.indications:
            named.setdefault(indication, []).append(protocol)
    return tuple(
        ProtocolGroup(
            condition(key).title,
            key,
            tuple(sorted(found, key=lambda p: (key not in p.default_for, p.title))),
        )
        for key, found in named.items()
    )


def protocol_page(protocol: Protocol) -> ProtocolPage:
    """One template with all that it rests on."""
    known = published().get(protocol.id, {})
    return ProtocolPage(
        protocol=protocol,
        grade=OpenedStatement(
            "Evidence",
            f"{protocol.grade.level.value.capitalize()}: {protocol.grade.text}",
            protocol.grade.basis,
        ),
        indications=tuple(condition(key).title for key in protocol.indications),
        session=tuple(_session(protocol)),
        course=tuple(_course(protocol)),
        after=tuple(_after(protocol)),
        reviews=tuple(
            OpenedStatement(f"After infusion {p.after}", p.text, p.basis) for p in protocol.review_points
        ),
        requires=tuple(OpenedStatement("Required", r.text, r.basis) for r in protocol.requires),
        flags=tuple(OpenedStatement("Before choosing", f.text, f.basis) for f in protocol.flags),
        visits=tuple(visit.replace("_", " ").capitalize() for visit in protocol.visits),
        versions=tuple(
            (str(version), sha256, version == protocol.version) for version, sha256 in sorted(known.items())
        ),
    )


def _session(protocol: Protocol) -> Iterator[OpenedStatement]:
    session = protocol.session
    yield _number("Dose" if not hasattr(session.target.value, "during") else "Rate", session.target)
    yield _number("Usual duration", session.minutes)
    yield _number("Shortest", session.minutes_min)
    yield _number("Longest", session.minutes_max)
    if session.rate_max is not None:
        yield _number("Highest rate", session.rate_max)


def _course(protocol: Protocol) -> Iterator[OpenedStatement]:
    course = protocol.induction
    for title, found in (
        ("Fewest infusions", course.infusions_min),
        ("Most infusions", course.infusions_max),
        ("Fewest a week", course.per_week_min),
        ("Most a week", course.per_week_max),
        ("Shortest, in days", course.window_days_min),
        ("Longest, in days", course.window_days_max),
        ("Longest gap, in days", course.gap_days_max),
    ):
        if found is not None:
            yield _number(title, found)


def _after(protocol: Protocol) -> Iterator[OpenedStatement]:
    recovery = protocol.recovery
    yield OpenedStatement("Recovery", recovery.text, recovery.basis)
    if recovery.minutes is not None:
        yield _number("Recovery at least", recovery.minutes)
    for rule in protocol.maintenance:
        yield OpenedStatement("Maintenance", rule.text, rule.basis)
        low, high = rule.interval_days_min, rule.interval_days_max
        if low is not None:
            yield _number("From, in days", low)
        if high is not None:
            yield _number("To, in days", high)
        if rule.infusions_max is not None:
            yield _number("Most infusions", rule.infusions_max)
        if rule.months_until_review is not None:
            yield OpenedStatement(
                "Review",
                f"after {count(rule.months_until_review.value, 'month')}",
                rule.months_until_review.basis,
            )


def _number(title: str, found: Sourced[Any]) -> OpenedStatement:
    return OpenedStatement(title, str(found.value), found.basis)
