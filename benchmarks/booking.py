"""How well and how fast series are placed in a full clinic.

    python benchmarks/booking.py [seeds] [seconds]

The reference clinic: 8 chairs, 5 nurses, 10-hour days for three weeks, 30 new patients with six infusions each, most with hours
or days at which they can't come, beside maintenance visits that stand already at scattered hours; together about 70 % of the
nurses' time. A diary is filled by hand for comparison: each patient in turn, each visit on the first day and at the
first hour that is free. Nothing is printed that the independent check has not passed.

Then one more series into the full month, and a repair after a nurse is taken off one day. Exits 1 when a schedule is missing
after two seconds, or more than 5 % above the bound, or when a series or a repair takes longer than it may.
"""

from __future__ import annotations

import random
import sys
import time as clock
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tenuto.core.scheduling.daybook import Daybook
from tenuto.core.scheduling.diary import Diary
from tenuto.core.scheduling.first_fit import first_fit
from tenuto.core.scheduling.judging import points_of
from tenuto.core.scheduling.period import (
    BookedVisit,
    Chair,
    ClinicDay,
    Nurse,
    Period,
    SeriesRequest,
    Span,
    VisitProfile,
    Wishes,
)
from tenuto.core.scheduling.propose import propose
from tenuto.core.scheduling.repair import repair
from tenuto.core.scheduling.verify import verify

ZONE = ZoneInfo("America/New_York")
FIRST = date(2026, 3, 2)
"""The second week begins with the night on which the clocks are put forward."""
FIXED_A_DAY = 5
AT_ONCE_S, GAP, SERIES_S, REPAIR_S = 2.0, 0.05, 0.3, 0.5


def main() -> int:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 20
    print(
        "seed  how        visits  whole series  idle chair-h  days to the end   points    bound   gap      s"
    )
    missed = [say for seed in range(1, seeds + 1) for say in one_clinic(seed, seconds)]
    print("\n".join(missed))
    return 1 if missed else 0


def one_clinic(seed: int, seconds: float) -> list[str]:
    period, missed = reference_clinic(seed), []
    by_hand, _ = timed(lambda: filled_by_hand(period))
    at_once, took = timed(lambda: propose(period, seconds=0))
    best, best_took = timed(lambda: propose(period, seconds=seconds))
    for how, visits, bound, spent in (
        ("by hand", by_hand, None, None),
        ("first fit", at_once.visits, None, took),
        ("proposal", best.visits, best.bound, best_took),
    ):
        assert not verify(period, visits)
        print(line(seed, how, period, visits, bound, spent))
    full = replace(period, fixed=(*period.fixed, *(replace(v, n=0) for v in best.visits)), requests=())
    added, series_s = timed(lambda: one_more(full))
    changed = without_a_nurse(period, best.visits)
    mended, repair_s = timed(lambda: repair(changed, best.visits, now=at(FIRST, 0)))
    assert not mended.broken
    print(f"      one more series: {len(added)} of 6 visits in {1000 * series_s:.0f} ms")
    print(
        f"      repair: {len(mended.moved)} moved, {mended.must_move} had to, {len(best.visits) - len(mended.visits)} without a "
        f"place, in {1000 * repair_s:.0f} ms"
    )
    missed += [f"seed {seed}: the first fit took {took:.1f} s"] if took > AT_ONCE_S else []
    missed += [f"seed {seed}: {100 * best.gap:.1f} % above the bound"] if best.gap > GAP else []
    missed += [f"seed {seed}: a series took {series_s:.2f} s"] if series_s > SERIES_S else []
    missed += [f"seed {seed}: a repair took {repair_s:.2f} s"] if repair_s > REPAIR_S else []
    return missed


def line(
    seed: int,
    how: str,
    period: Period,
    visits: Sequence[BookedVisit],
    bound: float | None,
    spent: float | None,
) -> str:
    series = Counter(v.patient for v in visits)
    whole = [r.patient for r in period.requests if series[r.patient] == r.count]
    used = (len(visits) + len(period.fixed)) * period.profile.chair_minutes / 60
    open_h = sum((d.open.end - d.open.start) / timedelta(hours=1) for d in period.days) * len(period.chairs)
    lengths = [(max(v.start for v in visits if v.patient == p).date() - FIRST).days + 1 for p in whole]
    ends = sum(lengths) / len(lengths) if lengths else float("nan")
    points = points_of(period, visits)
    rest = "" if bound is None else f"{bound:9,.0f} {100 * (points - bound) / points:5.2f}%"
    return (
        f"{seed:4}  {how:9} {len(visits):7} {len(whole):13} {open_h - used:13.0f} {ends:16.1f} {points:9,} {rest:16}"
        f"{'' if spent is None else f'{spent:6.2f}'}"
    )


def filled_by_hand(period: Period) -> list[BookedVisit]:
    """Visit by visit, each on the first day the gap allows and at the first free hour; nothing is looked ahead at."""
    diary, found = Diary(period), []
    for request in period.requests:
        last: date | None = None
        for n in range(1, request.count + 1):
            options = [
                o
                for o in diary.options(request)
                if last is None or request.least_gap_days <= (o.date - last).days <= request.most_gap_days
            ]
            if not options:
                break
            book = diary.books[options[0].date]
            first = int(book.free_for(request).argmax())
            found.append(diary.place(request, replace(options[0], start=first), n))
            last = options[0].date
    return found


def one_more(full: Period) -> Sequence[BookedVisit]:
    """One series of somebody who can come on all days, in a month of which only the last week is empty."""
    dates = [day.date for day in full.days]
    week = [dates[-1] + timedelta(days=k) for k in (3, 4, 5, 6, 7)]
    days = (*full.days, *(ClinicDay(d, Span(at(d, 8), at(d, 18))) for d in week))
    nurses = tuple(
        replace(n, shifts=(*n.shifts, *(Span(at(d, 8), at(d, 18)) for d in week))) for n in full.nurses
    )
    asked = SeriesRequest("new", 6, 2, 7, at(FIRST, 0), at(week[-1], 18))
    month = replace(full, days=days, nurses=nurses, requests=(asked,))
    return first_fit(month)


def without_a_nurse(period: Period, visits: Sequence[BookedVisit]) -> Period:
    """The nurse with most visits on a day in the middle is off that day."""
    day = period.days[len(period.days) // 2].date
    nurse = Counter(v.nurse for v in visits if v.start.date() == day).most_common(1)[0][0]
    fixed = tuple(v for v in period.fixed if v.nurse != nurse or v.start.date() != day)
    nurses = tuple(
        replace(n, shifts=tuple(s for s in n.shifts if s.start.date() != day or n.id != nurse))
        for n in period.nurses
    )
    return replace(period, nurses=nurses, fixed=fixed)


def timed(work):
    start = clock.perf_counter()
    return work(), clock.perf_counter() - start


def reference_clinic(seed: int, *, new: int = 30) -> Period:
    chance = random.Random(seed)  # noqa: S311
    dates = [d for k in range(21) if (d := FIRST + timedelta(days=k)).weekday() < 5]
    shifts = tuple(Span(at(d, 8), at(d, 18)) for d in dates)
    period = Period(
        ZONE,
        tuple(ClinicDay(d, Span(at(d, 8), at(d, 18))) for d in dates),
        tuple(Chair(f"C{k}") for k in range(1, 9)),
        tuple(Nurse(f"N{k}", shifts) for k in range(1, 6)),
        VisitProfile(10, 40, 120, 10),
        requests=tuple(series(f"P{k:02}", dates, chance) for k in range(1, new + 1)),
    )
    return replace(period, fixed=maintenance(period, chance)).in_order()


def at(day: date, hour: float) -> datetime:
    return datetime.combine(day, time(int(hour), round(hour % 1 * 60)), ZONE)


def series(patient: str, dates: list[date], chance: random.Random) -> SeriesRequest:
    """Six infusions two to five days apart; most patients have hours, some a weekday, without an escort."""
    never = chance.sample(range(5), chance.choice((0, 0, 0, 1)))
    hours = chance.choice(((8, 18), (8, 18), (8, 14), (12, 18), (9, 16)))
    spans = tuple(Span(at(d, hours[0]), at(d, hours[1])) for d in dates if d.weekday() not in never)
    begins = FIRST + timedelta(days=chance.choice((0, 0, 0, 1, 2, 3)))
    wished = Wishes(time=time(chance.choice((8, 9, 10, 11)))) if chance.random() < 0.5 else Wishes()
    return SeriesRequest(patient, 6, 2, 5, at(begins, 0), at(dates[-1], 18), spans, wished)


def maintenance(period: Period, chance: random.Random) -> tuple[BookedVisit, ...]:
    """Visits at scattered hours, as they were agreed one by one over months."""
    found: list[BookedVisit] = []
    for day in period.days:
        book = Daybook(period, day)
        for k in range(FIXED_A_DAY):
            request = SeriesRequest(f"M{day.date:%d}{k}", 1, 1, 1, day.open.start, day.open.end)
            free = [int(s) for s in book.free_starts(period.profile).nonzero()[0]]
            spot = book.choose(chance.choice(free), request)
            chair, nurse = period.chairs[spot.chair].id, period.nurses[spot.nurse].id
            visit = period.visit(request, 0, chair, nurse, book.at(spot.start))
            book.put(visit)
            found.append(visit)
    return tuple(found)


if __name__ == "__main__":
    sys.exit(main())
