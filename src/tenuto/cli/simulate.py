"""Simulate a published or planned trial, or a clinic's maintenance policies, with predictive intervals."""

from __future__ import annotations

import argparse
import csv
import io
import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from tenuto.cli import UserError
from tenuto.cli.arguments import SEED, whole
from tenuto.cli.cluster import in_order
from tenuto.cli.files import read_text, write_together
from tenuto.cli.policy import named_policy
from tenuto.core.durability.clinic import SyntheticClinic, read_clinic
from tenuto.core.durability.clinic_backtest import BackTest, backtests
from tenuto.core.durability.clinic_margins import Margin, margins
from tenuto.core.durability.clinic_simulation import PolicyResult, play, shares, summary
from tenuto.core.durability.course import Definitions
from tenuto.core.durability.notes import condition_notes, trial_notes
from tenuto.core.durability.population import fitted
from tenuto.core.durability.reading import TrialError
from tenuto.core.durability.simulate import LEVELS, EndpointFigure, predict, run_task
from tenuto.core.durability.structure import CURRENT, FIRST
from tenuto.core.durability.trial import read_trial
from tenuto.core.durability.truths import CURRENT_TRUTH, TRUTH_WORDS, TRUTHS, Truth
from tenuto.core.policy import PolicyError, default_policy

__all__ = ["add_arguments", "run"]

HEADING = ("metric", "at", *(f"q{round(100 * level):02d}" for level in LEVELS), "replicates")


_EXPLAINED = "the manual's page 'Files of the forecast and the simulator' explains every entry"
_TRIAL = """Predict the figures that a trial of this size would publish, with the spread that chance, its sites and the doubt about
the population leave."""
_CLINIC = """Play maintenance policies on the same synthetic responders: how many infusions each takes, how much of the time response
lasts, how many losses it comes before, and how many are treated needlessly."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`tenuto simulate trial FILE` and `tenuto simulate clinic FILE`."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="trial|clinic")
    trial = verbs.add_parser("trial", help="predict every endpoint of a trial", description=_TRIAL)
    trial.add_argument("file", metavar="TRIAL.toml", help=f"what is done and what is asked; {_EXPLAINED}")
    trial.add_argument(
        "--replicates", type=whole(1, 100_000), default=2000, metavar="N", help="how often (default 2000)"
    )
    trial.add_argument("--seed", type=SEED, default=1, metavar="N", help="same seed, same result (default 1)")
    trial.add_argument(
        "--model",
        choices=(CURRENT, FIRST),
        default=CURRENT,
        help=f"version of the model (default {CURRENT}; {FIRST} is kept for comparison)",
    )
    trial.add_argument("--csv", type=Path, metavar="OUT", help="also write the figures as CSV")
    clinic = verbs.add_parser(
        "clinic", help="compare maintenance policies on one synthetic population", description=_CLINIC
    )
    clinic.add_argument("file", metavar="CLINIC.toml", help=f"population, horizon, policies; {_EXPLAINED}")
    clinic.add_argument(
        "--seed", type=SEED, default=1, metavar="N", help="same seed, same result (default 1)"
    )
    clinic.add_argument(
        "--policy", default="default", metavar="FILE", help="the clinic's limits (default: those that ship)"
    )
    clinic.add_argument(
        "--truth",
        choices=(*TRUTHS, _ALL),
        default=CURRENT_TRUTH,
        help=f"by which model the patients answer, whatever the rules believe (default {CURRENT_TRUTH}); {_ALL} plays one "
        "after the other, and each file gets the model into its name",
    )
    clinic.add_argument(
        "--output",
        type=Path,
        default=Path(),
        metavar="FOLDER",
        help="where table and plot go; made if it isn't there (default: here)",
    )
    for verb in (trial, clinic):
        verb.add_argument(
            "--workers", type=whole(1, 1024), metavar="N", help="processes to use (needs tenuto[cluster])"
        )
        verb.add_argument("--scheduler", metavar="ADDRESS", help="a Dask scheduler, such as tcp://host:8786")


def run(args: argparse.Namespace) -> int:
    """Simulate and print a table."""
    try:
        return _trial(args) if args.verb == "trial" else _clinic(args)
    except (TrialError, PolicyError) as error:
        raise UserError(str(error)) from error


def _trial(args: argparse.Namespace) -> int:
    trial = read_trial(read_text(args.file), name=args.file)
    if args.csv is not None:
        _check_place(args.csv, args.file)
    each = partial(in_order, run_task, workers=args.workers, scheduler=args.scheduler)
    fit = fitted(args.model)
    rows = predict(trial, fit, args.replicates, args.seed, each)
    if args.csv is not None:
        write_together({str(args.csv): _csv(rows).encode()})
    print(f"{trial.name}: {args.replicates} trials, seed {args.seed}, parameters {fit.sha256[:12]}\n")
    print(_table(rows))
    _print_notes(trial_notes(trial, Definitions.from_policy(default_policy()).dose_most))
    return 0


def _clinic(args: argparse.Namespace) -> int:
    read = read_clinic(read_text(args.file), name=args.file)
    rules = Definitions.from_policy(named_policy(args.policy))
    truths: tuple[Truth, ...] = TRUTHS if args.truth == _ALL else (args.truth,)
    clinics = [_answering(read, truth, named=args.truth == _ALL) for truth in truths]
    for clinic in clinics:
        _check_names(args.output, clinic, args.file)
    for clinic in clinics:
        _play(clinic, rules, args)
    _print_notes(condition_notes(read.circumstances.condition))
    return 0


_ALL = "all"


def _answering(clinic: SyntheticClinic, truth: Truth, *, named: bool) -> SyntheticClinic:
    """The clinic with patients who answer by a model, and with it in the names of its files."""

    def own(name: str | None) -> str | None:
        if name is None or not named:
            return name
        return f"{Path(name).stem}-{truth.replace('_', '-')}{Path(name).suffix}"

    return replace(
        clinic,
        truth=truth,
        table=own(clinic.table),
        margins=own(clinic.margins),
        backtest=own(clinic.backtest),
        plot=own(clinic.plot),
    )


def _play(clinic: SyntheticClinic, rules: Definitions, args: argparse.Namespace) -> None:
    """Play, write what the clinic asks for, and print it."""
    pieces = shares(clinic, fitted(), rules, args.seed)
    played = in_order(play, pieces, workers=args.workers, scheduler=args.scheduler)
    outcomes = [one for part in played for one in part]
    results, compared, looked_back = (
        summary(clinic, outcomes),
        margins(clinic, outcomes),
        backtests(clinic, outcomes),
    )
    files = {
        name: content.encode()
        for name, content in (
            (clinic.table, policies_csv(results)),
            (clinic.margins, margins_csv(compared)),
            (clinic.backtest, backtest_csv(looked_back)),
        )
        if name
    }
    if clinic.plot:
        # Imported here: drawing needs the renderer, simulating does not.
        from tenuto.clinic.ui.charts.frontier import frontier_chart
        from tenuto.clinic.ui.charts.render import render

        ending = Path(clinic.plot).suffix.lower().lstrip(".")
        files[clinic.plot] = render(frontier_chart(clinic.name, results), ending)
    if files:
        args.output.mkdir(exist_ok=True)
    write_together({str(args.output / name): content for name, content in files.items()})
    answering = "" if clinic.truth == CURRENT_TRUTH else f" who answer by {TRUTH_WORDS[clinic.truth]}"
    print(
        f"{clinic.name}: {clinic.patients} patients{answering}, seed {args.seed}, parameters {fitted().sha256[:12]}\n"
    )
    print(_aligned([_POLICY_WORDS, *map(policy_cells, results)], words=1))
    print(_POLICY_LEGEND)
    if compared:
        print(f"\n{_aligned([_MARGIN_WORDS, *map(margin_cells, compared)], words=3)}")
        print(_MARGIN_LEGEND)


def _print_notes(notes: Iterable[str]) -> None:
    for note in dict.fromkeys(notes):
        print(f"\nNote: {note}")


def _check_place(target: Path, source: str) -> None:
    """Refuse an output that could not be written, or would replace what was read, before minutes are spent on it."""
    if target.is_dir() or not target.parent.is_dir() or not os.access(target.parent, os.W_OK):
        raise UserError(f"'{target}' can't be written. Give a file in a folder that is there and is yours.")
    if target.exists() and target.samefile(source):
        raise UserError(f"'{target}' would replace what it was made from. Choose another name.")


def _check_names(folder: Path, clinic: SyntheticClinic, source: str) -> None:
    """The names of `[output]` are plain, of a kind that can be written, and free to be written.

    A folder that isn't there yet is made in one that is, once there is something to put into it.
    """
    for name, endings in (
        (clinic.table, (".csv",)),
        (clinic.margins, (".csv",)),
        (clinic.backtest, (".csv",)),
        (clinic.plot, (".svg", ".png", ".pdf")),
    ):
        if name and (Path(name).name != name or Path(name).suffix.lower() not in endings):
            raise UserError(
                f"[output] '{name[:60]}' must be a plain file name that ends in {' or '.join(endings)}."
            )
        if name:
            _check_place(folder / name if folder.exists() else folder, source)


POLICY_HEADING = (
    "policy",
    "responders",
    "infusions_a_year",
    "percent_of_days_in_response",
    "percent_of_days_with_gain_kept",
    "percent_who_lose_response",
    "percent_of_losses_caught",
    "median_lead_weeks",
    "keepers_untreated",
    "percent_of_keepers_treated",
)


_POLICY_WORDS = (
    "policy",
    "responders",
    "a year",
    "% in response",
    "% gain kept",
    "% lost",
    "% caught",
    "weeks ahead",
    "keepers",
    "% treated",
)
_POLICY_LEGEND = """
a year       maintenance infusions a year for a responder
in response  days on which the level behind the scores has fallen from baseline as far as a response on this scale asks
gain kept    days on which no more of the series' improvement is lost than the clinic allows
lost         responders who lose response at some time all the same
caught       of those who lose it without maintenance: treated before that day, so many weeks ahead (median)
keepers      responders who keep it without maintenance, and how many of them are treated needlessly"""

MARGIN_HEADING = (
    "aim",
    "rule",
    "rival",
    "infusions_a_year",
    "percent_of_days_held",
    "points_more",
    "monte_carlo_error",
    "percent_fewer_infusions",
)
_MARGIN_WORDS = ("aim", "rule", "against", "a year", "% held", "points more", "±", "% fewer")
_MARGIN_LEGEND = """
held         days on which the rule holds what it aims at; more points of them than the rival at as many infusions, ± one
             Monte Carlo standard error over patients (what a mix of two neighbouring settings gives lies between them)
fewer        infusions that the rule saves where it holds its aim as long as the rival; empty where it was not played so"""


BACKTEST_HEADING = (
    "rule",
    "losses",
    "percent_flagged",
    "flagged_error",
    "mean_lead_weeks",
    "lead_error",
    "keepers",
    "percent_over_treated",
    "over_treated_error",
    "needless_infusions_a_year",
    "needless_error",
)


def policy_cells(result: PolicyResult) -> tuple[str, ...]:
    """A policy's line as text; empty where nobody was left to judge."""
    return (
        result.policy,
        str(result.responders),
        _tenths(result.infusions_a_year),
        _tenths(result.time_in_response),
        _tenths(result.gain_kept),
        _tenths(result.lost),
        _tenths(result.caught),
        _tenths(result.lead_weeks),
        str(result.keepers),
        _tenths(result.over_treated),
    )


def margin_cells(margin: Margin) -> tuple[str, ...]:
    """A margin's line as text."""
    return (
        margin.aim,
        margin.policy,
        margin.rival,
        f"{margin.infusions_a_year:.1f}",
        f"{margin.held:.1f}",
        f"{margin.more:+.1f}",
        f"{margin.error:.1f}",
        "" if math.isnan(margin.fewer) else f"{margin.fewer:.0f}",
    )


def margins_csv(compared: Sequence[Margin]) -> str:
    """The margins as CSV."""
    return _csv_of([MARGIN_HEADING, *map(margin_cells, compared)])


def backtest_csv(looked_back: Sequence[BackTest]) -> str:
    """The back-test as CSV; empty where nobody was left to judge."""
    return _csv_of(
        [
            BACKTEST_HEADING,
            *(
                (
                    one.rule,
                    str(one.losses),
                    _tenths(one.flagged),
                    _tenths(one.flagged_error),
                    _tenths(one.lead_weeks),
                    _tenths(one.lead_error),
                    str(one.keepers),
                    _tenths(one.over_treated),
                    _tenths(one.over_treated_error),
                    _tenths(one.needless),
                    _tenths(one.needless_error),
                )
                for one in looked_back
            ),
        ]
    )


def policies_csv(results: Sequence[PolicyResult]) -> str:
    """The table of policies as CSV."""
    return _csv_of([POLICY_HEADING, *map(policy_cells, results)])


def _csv_of(lines: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(lines)
    return out.getvalue()


def _csv(rows: Sequence[EndpointFigure]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADING)
    writer.writerows(
        [row.metric, row.at, *(_figure(q) for q in row.quantiles), row.replicates] for row in rows
    )
    return out.getvalue()


def _tenths(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.1f}"


def _figure(value: float) -> str:
    """Empty where nothing could be judged, `inf` for a median that is not reached."""
    return "" if math.isnan(value) else f"{value:.4g}"


def _table(rows: Sequence[EndpointFigure]) -> str:
    cells = [(r.metric, r.at, *(_figure(q) for q in r.quantiles), str(r.replicates)) for r in rows]
    return _aligned([HEADING, *cells], words=2)


def _aligned(cells: Sequence[Sequence[str]], words: int) -> str:
    """Columns in line: the first `words` to the left, figures to the right."""
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if k < words else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    )
