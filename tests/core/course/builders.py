"""Facts of a course in few words: days count from the first infusion, Mon 23 Nov 2026."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from tenuto.core.course.end_facts import EndingFact, EndingKind
from tenuto.core.course.facts import CourseFacts, InfusionFact, ScoreFact, SignedCourse, SignedDay
from tenuto.core.course.infusion import GivenInfusion
from tenuto.core.literature.protocol import GapRule
from tenuto.core.units import Mg

DAY = date(2026, 11, 23)
SERIES = (0, 2, 4, 7, 9, 11)


def day(n: int) -> date:
    return DAY + timedelta(days=n)


def signed(**changes) -> SignedCourse:
    """Six infusions of 35 mg in twelve days, then every 2 to 4 weeks, judged by the PHQ-9."""
    plan = SignedCourse(
        version="v1",
        number=1,
        series="s1",
        infusions=6,
        days=tuple(SignedDay(n, day(d)) for n, d in enumerate(SERIES, 1)),
        dose=Mg(35),
        gap_rule=GapRule.PSYCHIATRIC,
        gap_days_max=7,
        maintenance="every-2-4-weeks",
        scales=("phq9", "madrs"),
    )
    return replace(plan, **changes)


def infusions(*days: int, mg="35", last_mg=None, series="s1", version="v1") -> tuple[InfusionFact, ...]:
    masses = [*[mg] * len(days[1:]), last_mg or mg][: len(days)]
    return tuple(
        InfusionFact(f"i{d}", GivenInfusion(day(d), Mg(mass)), series, version, n)
        for n, (d, mass) in enumerate(zip(days, masses, strict=True), 1)
    )


def scores(text: str, scale="phq9") -> tuple[ScoreFact, ...]:
    """`-1:21 7:15` is a score of 21 on the day before the first infusion and 15 a week after it."""
    pairs = [pair.split(":") for pair in text.split()]
    return tuple(
        ScoreFact(f"{scale}{n}", scale, Decimal(value), day(int(d)), 100 + n)
        for n, (d, value) in enumerate(pairs)
    )


def endings(text: str) -> tuple[EndingFact, ...]:
    """`taper 30 35 42` is a taper decided on day 30 with intervals of 35 and 42 days, `complete 40 90` a completion on day 40
    with a follow-up by day 90, `resume 50` what takes it up again; several are parted by a semicolon."""
    found = []
    for n, part in enumerate(filter(None, (each.strip() for each in text.split(";")))):
        word, on, *numbers = part.split()
        kind, rest = EndingKind(word), [int(number) for number in numbers]
        steps = tuple(rest) if kind is EndingKind.TAPER else ()
        seen = day(rest[0]) if rest and kind is EndingKind.COMPLETE else None
        found.append(EndingFact(f"e{n}", kind, day(int(on)), "s1", 500 + n, steps, seen))
    return tuple(found)


def facts(days=(), points="", plan=None, **more) -> CourseFacts:
    return CourseFacts(infusions(*days), scores(points), (plan or signed(),), **more)
