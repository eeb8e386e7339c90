"""Forecast one patient's course: how long response lasts without another infusion, and what candidate dates would do.

HISTORY is CSV with the columns date, kind, value, scale, dose_mg_per_kg (kind is score or infusion), or JSON with the same
rows under "events" and condition, setting and covariates beside them. A score on the day of an infusion counts as taken
before it. Nobody is treated by a forecast: it is shown to a prescriber.
"""

from __future__ import annotations

import argparse
import json
from datetime import date
from pathlib import Path

from tenuto.cli import UserError
from tenuto.cli.files import read_text, write_together
from tenuto.cli.forecast_text import as_text
from tenuto.cli.policy import named_policy
from tenuto.core.durability.course import Definitions
from tenuto.core.durability.forecast import CandidateError, Forecast, forecast
from tenuto.core.durability.forecast_json import as_json
from tenuto.core.durability.history import History, HistoryError, read_csv, read_date, read_json
from tenuto.core.policy import PolicyError

__all__ = ["add_arguments", "run"]

_FORMATS = (".svg", ".png", ".pdf")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("history", metavar="HISTORY", help="the patient's scores and infusions, CSV or JSON")
    parser.add_argument(
        "--condition", help="such as depression or ptsd; a JSON history says it itself (CSV: depression)"
    )
    parser.add_argument("--setting", help="clinic (default), inpatient, washout_trial or add_on_trial")
    parser.add_argument("--as-of", type=_date, metavar="DATE", help="day of the forecast (default: last row)")
    parser.add_argument(
        "--candidate",
        type=_date,
        action="append",
        default=[],
        metavar="DATE",
        help="date of a possible infusion; repeatable",
    )
    parser.add_argument(
        "--policy", default="default", metavar="FILE", help="the clinic's limits (default: those that ship)"
    )
    parser.add_argument("--json", action="store_true", help="write JSON instead of text")
    parser.add_argument(
        "--plot", type=Path, metavar="FILE", help="also draw the course to an .svg, .png or .pdf file"
    )


def _date(text: str) -> date:
    try:
        return read_date(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error).rstrip(".")) from None


def run(args: argparse.Namespace) -> int:
    """Read, forecast, write. An abstention is an answer and exits 0."""
    if args.plot is not None and args.plot.suffix.lower() not in _FORMATS:
        raise UserError(f"'{args.plot}' must end in {', '.join(_FORMATS)}.")
    try:
        history = _history(args)
        rules = Definitions.from_policy(named_policy(args.policy))
    except (HistoryError, PolicyError) as error:
        raise UserError(str(error)) from error
    try:
        found = forecast(history, rules, as_of=args.as_of, candidates=sorted(set(args.candidate)))
    except CandidateError as error:
        raise UserError(str(error)) from error
    if args.plot is not None:
        _draw(args.plot, history, found)
    print(json.dumps(as_json(found), indent=2) if args.json else as_text(history, found, rules))
    return 0


def _history(args: argparse.Namespace) -> History:
    text = read_text(args.history)
    if not text.strip():
        raise UserError(
            f"{args.history} is empty. Give a CSV with a heading and at least one score and one infusion."
        )
    if text.lstrip().startswith(("{", "[")):
        return read_json(text, condition=args.condition, setting=args.setting, as_of=args.as_of)
    return read_csv(
        text,
        condition="depression" if args.condition is None else args.condition,
        setting="clinic" if args.setting is None else args.setting,
        as_of=args.as_of,
    )


def _draw(path: Path, history: History, found: Forecast) -> None:
    # Imported here: drawing needs the renderer, a forecast does not.
    from tenuto.clinic.ui.charts.forecast import forecast_chart
    from tenuto.clinic.ui.charts.render import render

    write_together({str(path): render(forecast_chart(history, found), path.suffix.lower().lstrip("."))})
