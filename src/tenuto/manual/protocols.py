"""The manual's page on protocols, written from the data: every number with how it is known and where it is from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tenuto.core.dates import say_birthday
from tenuto.core.intake.conditions import condition
from tenuto.core.literature.maintenance import maintenance_rules
from tenuto.core.literature.protocol import Protocol, protocols
from tenuto.core.literature.protocol_readings import protocol_readings
from tenuto.core.plan.factors import factors
from tenuto.core.plan.side_effects import side_effects
from tenuto.core.sources import Basis, Sourced

__all__ = ["page"]

HEAD = """\
# Protocols

Templates of a course, as shipped. They are data with a version: a series keeps the version that it was signed under. A
prescriber chooses, changes and signs; the software proposes. The letters say how a value is known: V read in the
source, V2 second-hand, S0 to S4 said by a patient article, D a design default that the medical director signs, M from
memory and not yet checked. Gaps in hours, caps and review counts are limits of the clinic's policy.
"""


def page() -> str:
    """The whole page as Markdown."""
    return "\n".join(
        [
            HEAD,
            *_overview(),
            *_readings(),
            *(line for p in protocols().values() for line in _protocol(p)),
            *_rest(),
        ]
    )


def _overview() -> Iterator[str]:
    yield "| protocol | for | session | infusions | days | evidence |"
    yield "|---|---|---|---|---|---|"
    for p in protocols().values():
        names = ", ".join(condition(i).title for i in p.indications)
        session, course = p.session, p.induction
        yield (
            f"| `{p.id}` | {names} | {session.target.value} over {session.minutes.value} "
            f"| {_range(course.infusions_min, course.infusions_max)} "
            f"| {_range(course.window_days_min, course.window_days_max)} | {p.grade.level} |"
        )
    yield ""


def _readings() -> Iterator[str]:
    yield "## Read against the sources\n"
    yield "Each template in use was read against its documents once more; what was changed is a version of its own.\n"
    yield "| protocol | version | read | what the sources say | where the template differs |"
    yield "|---|---|---|---|---|"
    for p in protocols().values():
        reading = protocol_readings()[p.id, p.version]
        keys = ", ".join(document.key for document in reading.read)
        yield (
            f"| `{p.id}` | {p.version} | {keys}: {reading.form}, {say_birthday(reading.on)} | {reading.found} "
            f"| {reading.differs or 'nowhere'} |"
        )
    yield ""


def _protocol(p: Protocol) -> Iterator[str]:
    yield f"## `{p.id}`, version {p.version}\n\n**{p.title}.** {p.why} {p.grade.text} ({_known(p.grade.basis)})\n"
    yield "| | value | how known |\n|---|---|---|"
    for name, text, bases in _numbers(p):
        yield f"| {name} | {text} | {'; '.join(dict.fromkeys(map(_known, bases)))} |"
    for point in p.review_points:
        yield f"| review after {point.after} | {point.text} | {_known(point.basis)} |"
    for need in p.requires:
        yield f"| requires | {need.text} | {_known(need.basis)} |"
    for flag in p.flags:
        yield f"| REVIEW | {flag.text} | {_known(flag.basis)} |"
    yield ""


def _numbers(p: Protocol) -> Iterator[tuple[str, str, tuple[Basis, ...]]]:
    session, course = p.session, p.induction
    most = " at most" if session.target_is_maximum else ""
    yield "dose or rate", f"{session.target.value}{most}", (session.target.basis,)
    ends = (session.minutes_min, session.minutes, session.minutes_max)
    allowed = " to ".join(dict.fromkeys(str(e.value) for e in (ends[0], ends[2])))
    yield "duration", f"{session.minutes.value} (allowed {allowed})", tuple(e.basis for e in ends)
    if session.rate_max is not None:
        yield "highest rate", str(session.rate_max.value), (session.rate_max.basis,)
    if session.dose_min is not None:
        yield "meant to reach", str(session.dose_min.value), (session.dose_min.basis,)
    for name, low, high in (
        ("infusions", course.infusions_min, course.infusions_max),
        ("a week", course.per_week_min, course.per_week_max),
        ("days from first to last", course.window_days_min, course.window_days_max),
    ):
        yield name, _range(low, high), (low.basis, high.basis)
    yield "gap", f"{course.gap_rule} (policy limit `{course.gap_rule.limit}`)", ()
    yield "maintenance", ", ".join(f"`{rule.id}`" for rule in p.maintenance), ()
    yield "recovery", p.recovery.text, (p.recovery.basis,)


def _rest() -> Iterator[str]:
    yield "## Maintenance rules\n\n| rule | what | how known |\n|---|---|---|"
    for rule in maintenance_rules().values():
        yield f"| `{rule.id}` | {rule.text} | {_known(rule.basis)} |"
    yield "\n## Factors said to change the duration\n\n| factor | what the evidence says | used | how known |\n|---|---|---|---|"
    for factor in factors():
        used = f"yes: {factor.how}" if factor.used else "no"
        yield f"| {factor.name} | {factor.says} | {used} | {_known(factor.basis)} |"
    yield "\n## After side effects: options for the next visit\n\n| side effect | option | how known |\n|---|---|---|"
    for effect in side_effects().values():
        for option in effect.options:
            order = " Needs an order of its own." if option.needs_order else ""
            yield f"| {effect.title} | {option.text}{order} | {_known(option.basis)} |"


def _range(low: Sourced[int], high: Sourced[int]) -> str:
    return str(low.value) if low.value == high.value else f"{low.value} to {high.value}"


def _known(basis: Basis) -> str:
    return " ".join(_parts(basis))


def _parts(basis: Basis) -> Iterable[str]:
    yield basis.evidence
    if basis.sources:
        yield "(" + ", ".join(s.key for s in basis.sources) + ")"
    if basis.note:
        yield basis.note
