"""Forecast one patient's course: how long response lasts without another infusion, and what candidate dates would do.

HISTORY is CSV with the columns date, kind, value, scale, dose_mg_per_kg (kind is score or infusion), or JSON with the same
rows under "events" and condition, setting and covariates beside them. Nobody is treated by a forecast: it is shown to a prescriber.
"""

from __future__ import annotations

import argparse
import json
from datetime import date, timedelta
from pathlib import Path

from tenuto.cli import UserError
from tenuto.cli.files import read_text, write_together
from tenuto.cli.policy import named_policy
from tenuto.core.dates import say_date
from tenuto.core.durability.course import Definitions
from tenuto.core.durability.forecast import COMPARED_DAYS, HORIZON_DAYS, CandidateError, Forecast, forecast
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
    print(json.dumps(as_json(found), indent=2) if args.json else _text(history, found))
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


def _text(history: History, found: Forecast) -> str:
    state = found.standing.state.value.replace("_", " ")
    lines = [
        f"{history.measure.name}, {history.condition.replace('_', ' ')}, as of {say_date(found.as_of)}: {state} "
        f"(baseline {history.baseline:g}, best {found.standing.best:g}, latest {history.scores[-1].value:g}).",
        "",
    ]
    if found.abstained:
        lines += [f"No forecast. {found.reason}", ""]
    else:
        lines += [*_window_lines(found), ""]
        lines += [f"Responding on {say_date(on)}: {p:.0%}" for on, p in found.responding[3:53:4][:6]]
        lines += [
            f"Infusion on {say_date(c.on)}: {c.loss_before:.0%} lost before it, {c.responding_90d:.0%} responding "
            f"on {say_date(found.as_of + timedelta(days=COMPARED_DAYS))}"
            for c in found.candidates
        ]
        learned = found.learned
        lines += [
            "",
            f"Learned from {learned.effective_scores:.1f} scores' worth of evidence: spread of durability "
            f"{learned.prior_sd:.2f} before, {learned.posterior_sd:.2f} after.",
        ]
        lines += [
            f"  {d.value:g} on {say_date(d.on)} multiplies the days of benefit by {d.factor:.2f}"
            for d in learned.drivers
        ]
        lines.append("")
    lines += ["Published rules:"]
    lines += [f"  {r.name}: {r.advice}{_due(r.next_date, found.as_of)} [{r.source}]" for r in found.rules]
    lines += [
        "",
        f"Model {found.model_version}, parameters {found.parameters_sha256[:12]}. A prescriber decides.",
    ]
    return "\n".join(lines)


def _due(on: date | None, as_of: date) -> str:
    if on is None:
        return ""
    return f" {'Due since' if on < as_of else 'Next'}: {say_date(on)}."


def _window_lines(found: Forecast) -> list[str]:
    window = found.window
    if window is None or window.end is None or window.longest_acceptable is None:
        lines = ["Longest acceptable interval: beyond one year from now."]
    else:
        lines = [
            f"Longest acceptable interval: {window.longest_acceptable} days from the last infusion, to {say_date(window.end)}."
        ]
    if window is not None and window.start is not None:
        lines.append(f"Booster window opens {say_date(window.start)}.")
    lines.append(f"Days to loss of response without another infusion: {_days_to_loss(found)}.")
    return lines


def _days_to_loss(found: Forecast) -> str:
    low, high = found.interval_80
    if low is None:
        return f"more than {HORIZON_DAYS} for at least 90 % of what is possible"
    middle, last = (
        f"more than {HORIZON_DAYS}" if d is None else f"{d:.0f}" for d in (found.median_days_to_loss, high)
    )
    return f"median {middle}, 80 % from {low:.0f} to {last}"
