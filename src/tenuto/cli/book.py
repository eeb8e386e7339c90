"""Place series of infusion visits across the chairs, nurses and days of a clinic, and check the result.

PERIOD.json says what there is and what is asked for; the manual's page 'Files of booking' explains every entry. Exits with 0
when every visit is placed, 3 when some are not, with the reasons, 4 when none can be, and 2 for a file that can't be used.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from itertools import groupby

from tenuto.cli import UserError, printable
from tenuto.cli.arguments import whole
from tenuto.cli.files import read_text
from tenuto.cli.terminal import forgiving_output
from tenuto.core.data import DataError
from tenuto.core.dates import say_date
from tenuto.core.scheduling.propose import Schedule, propose
from tenuto.core.scheduling.reading import read_period
from tenuto.core.scheduling.reasons import Unplaced, unplaced
from tenuto.core.scheduling.writing import as_answer, status_of

__all__ = ["add_arguments", "run"]

EXITS = {"complete": 0, "partial": 3, "none": 4}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The period, and how long to search."""
    parser.add_argument(
        "period", metavar="PERIOD.json", help="days, chairs, nurses and patients; - is standard input"
    )
    parser.add_argument(
        "--seconds",
        type=whole(0, 600),
        default=10,
        metavar="N",
        help="search for at most about so long (default 10; 0 gives the first fit at once)",
    )
    parser.add_argument("--json", action="store_true", help="write JSON instead of text")


def run(args: argparse.Namespace) -> int:
    """Read, place, check, print."""
    try:
        period = read_period(read_text(args.period), name=args.period)
    except DataError as error:
        raise UserError(str(error)) from error
    schedule = propose(period, seconds=args.seconds)
    lacking = unplaced(period, schedule.visits)
    forgiving_output()
    if args.json:
        print(json.dumps(as_answer(schedule, lacking), ensure_ascii=False, indent=2))
    else:
        print(printable("\n".join(_lines(schedule, lacking))))
    return EXITS[status_of(schedule, lacking)]


def _lines(schedule: Schedule, lacking: Sequence[Unplaced]) -> Iterator[str]:
    missing = sum(one.missing for one in lacking)
    yield f"{len(schedule.visits)} visits placed and checked, {missing} missing."
    yield f"{schedule.objective:,} points; no schedule is below {schedule.bound:,.0f}."
    for day, visits in groupby(schedule.visits, key=lambda visit: visit.start.date()):
        yield f"\n{say_date(day)}"
        for v in visits:
            yield f"  {v.start:%H:%M} to {v.end:%H:%M}  {v.patient}, visit {v.n}, chair {v.chair}, nurse {v.nurse}"
    for one in lacking:
        yield f"\n{one.patient}: {one.missing} not placed"
        yield from (f"  - {reason}" for reason in one.reasons)
