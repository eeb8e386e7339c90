"""Forecast one patient's course: how long response lasts without another infusion, and what candidate dates would do.

HISTORY is CSV with the columns date, kind, value, scale, dose_mg_per_kg (kind is score, infusion or event), or JSON with the
same rows under "events" and condition, setting and covariates beside them; - reads it from standard input. Several scales
may stand in one file. A score on the day of an infusion counts as taken before it. Nobody is treated by a forecast: it is
shown to a prescriber.
"""

from __future__ import annotations

import argparse
import json
from datetime import date
from pathlib import Path
from typing import Any

from tenuto.cli import UserError
from tenuto.cli.files import read_text, write_together
from tenuto.cli.policy import named_policy
from tenuto.core.durability.course import Definitions
from tenuto.core.durability.history_files import read_csv, read_json, read_own_columns
from tenuto.core.durability.record import History, HistoryError, read_date
from tenuto.core.forecast.answer import CandidateError, Forecast, forecast
from tenuto.core.forecast.answer_json import as_json
from tenuto.core.forecast.words import as_text
from tenuto.core.policy import PolicyError

__all__ = ["add_arguments", "run"]

_FORMATS = (".svg", ".png", ".pdf")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "history",
        metavar="HISTORY",
        help="the patient's scores and infusions, CSV or JSON; - is standard input",
    )
    parser.add_argument(
        "--condition", help="such as depression or ptsd; a JSON history says it itself (CSV: depression)"
    )
    parser.add_argument("--setting", help="clinic (default), inpatient, washout_trial or add_on_trial")
    parser.add_argument(
        "--scale", help="the scale to forecast, where there are several (default: the one with most scores)"
    )
    parser.add_argument(
        "--columns",
        metavar="NAMES",
        help="columns of your own, such as date=Datum,score=PHQ,dose=Ketamin; other columns are passed over",
    )
    parser.add_argument(
        "--as-of",
        type=_date,
        metavar="DATE",
        help="day of the forecast (default: last row); later rows are left out and counted",
    )
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
    print(json.dumps(as_json(history, found), indent=2) if args.json else as_text(history, found, rules))
    return 0


def _history(args: argparse.Namespace) -> History:
    text = read_text(args.history)
    if not text.strip():
        raise UserError(
            f"{args.history} is empty. Give a CSV with a heading and at least one score and one infusion."
        )
    asked: dict[str, Any] = {"as_of": args.as_of, "scale": args.scale}
    if text.lstrip().startswith(("{", "[")):
        if args.columns is not None:
            raise UserError("--columns is for CSV; a JSON history has its own names. Leave it out.")
        return read_json(text, condition=args.condition, setting=args.setting, **asked)
    asked["condition"] = "depression" if args.condition is None else args.condition
    asked["setting"] = "clinic" if args.setting is None else args.setting
    if args.columns is not None:
        return read_own_columns(text, args.columns, **asked)
    return read_csv(text, **asked)


def _draw(path: Path, history: History, found: Forecast) -> None:
    # Imported here: drawing needs the renderer, a forecast does not.
    from tenuto.clinic.ui.charts.forecast import forecast_chart
    from tenuto.clinic.ui.charts.render import render

    write_together({str(path): render(forecast_chart(history, found), path.suffix.lower().lstrip("."))})
