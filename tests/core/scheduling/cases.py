"""Small clinics for the tests: one by hand, and any number by chance."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tenuto.core.scheduling.period import (
    Chair,
    ClinicDay,
    Nurse,
    Period,
    Prescriber,
    Ratios,
    SeriesRequest,
    Span,
    VisitProfile,
    Wishes,
)

ZONE = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 3, 23)
"""The clocks are put forward in the night before the Sunday of this week."""
PROFILE = VisitProfile(10, 40, 60, 10)


def at(day: date, hour: float, zone: ZoneInfo = ZONE) -> datetime:
    return datetime.combine(day, time(int(hour), round(hour % 1 * 60)), zone)


def day_span(day: date, opens: float, closes: float) -> Span:
    return Span(at(day, opens), at(day, closes))


def dates(count: int, first: date = MONDAY) -> list[date]:
    return [first + timedelta(days=k) for k in range(count)]


def asking(
    patient: str, days: list[date], count: int = 1, least: int = 1, most: int = 7, **more
) -> SeriesRequest:
    return SeriesRequest(patient, count, least, most, at(days[0], 0), at(days[-1], 23), **more)


def clinic(days: list[date], *requests: SeriesRequest, chairs: int = 1, nurses: int = 1, **more) -> Period:
    return Period(
        ZONE,
        tuple(ClinicDay(day, day_span(day, 8, 14)) for day in days),
        tuple(Chair(f"C{k}") for k in range(chairs)),
        tuple(Nurse(f"N{k}", tuple(day_span(day, 8, 14) for day in days)) for k in range(nurses)),
        PROFILE,
        requests=requests,
        **more,
    )


@st.composite
def periods(draw) -> Period:
    """One to eight days with up to three chairs, three nurses with shifts of their own and four patients."""
    days = dates(draw(st.integers(1, 8)))
    opens = {day: draw(st.integers(7, 10)) for day in days}
    open_days = tuple(
        ClinicDay(day, day_span(day, opens[day], opens[day] + draw(st.integers(1, 9)))) for day in days
    )
    nurses = tuple(
        Nurse(f"N{k}", tuple(draw(spans(day)) for day in days if draw(st.booleans())))
        for k in range(draw(st.integers(1, 3)))
    )
    profile = VisitProfile(
        *(draw(st.integers(0, 20)), draw(st.integers(5, 60)), draw(st.integers(0, 90)), 10)
    )
    requests = tuple(draw(request(f"P{k}", days, len(nurses))) for k in range(draw(st.integers(0, 4))))
    chairs = tuple(Chair(f"C{k}") for k in range(draw(st.integers(1, 3))))
    ratios = Ratios(draw(st.integers(1, 2)), draw(st.integers(1, 3)))
    prescribers = tuple(
        Prescriber(f"D{k}", tuple(draw(spans(day)) for day in days if draw(st.booleans())))
        for k in range(draw(st.sampled_from((0, 0, 1, 2))))
    )
    return Period(
        ZONE, open_days, chairs, nurses, profile, ratios, requests=requests,
        prescribers=prescribers, monitors=draw(st.sampled_from((None, None, 1, 2))),
    )  # fmt: skip


@st.composite
def spans(draw, day: date) -> Span:
    start = draw(st.integers(7, 14))
    return day_span(day, start + draw(st.sampled_from((0, 0.25, 0.5))), start + draw(st.integers(1, 8)))


@st.composite
def request(draw, patient: str, days: list[date], nurses: int) -> SeriesRequest:
    least = draw(st.integers(0, 3))
    available = escort = None
    if draw(st.integers(0, 3)) == 0:
        escort = tuple(draw(spans(day)) for day in days if draw(st.booleans()))
    if draw(st.booleans()):
        available = tuple(draw(spans(day)) for day in days if draw(st.booleans()))
    wishes = Wishes(
        draw(st.sampled_from(("", "C0"))),
        draw(st.sampled_from(("", f"N{nurses - 1}"))),
        draw(st.sampled_from((None, time(9), time(12, 30)))),
        draw(st.booleans()),
    )
    return asking(
        patient, days, draw(st.integers(1, 4)), least, max(least, 1) + draw(st.integers(0, 3)),
        available=available, wishes=wishes, urgent=draw(st.booleans()),
        profile=draw(st.sampled_from((None, None, VisitProfile(10, 60, 30, 10), VisitProfile(0, 180, 60, 20)))),
        most_a_week=draw(st.sampled_from((None, 1, 2, 3))),
        had=tuple(draw(st.sets(st.sampled_from([days[0] - timedelta(days=k) for k in (1, 3, 5)]), max_size=2))),
        escort=escort,
    )  # fmt: skip
