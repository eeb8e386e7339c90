"""Fit the duration model to the calibration table and write its parameter file, results, plots and model card.

Takes some minutes on one core. The same seed reproduces the files. `--check` only says whether the shipped files still belong to
the data and the code: exit 1 when they don't.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tenuto.cli import UserError
from tenuto.cli.files import write_together
from tenuto.core.durability.calibration.card import model_card
from tenuto.core.durability.calibration.likelihood import Settings
from tenuto.core.durability.calibration.result import fingerprint
from tenuto.core.durability.calibration.result import run as calibrate
from tenuto.core.durability.calibration.table import data_sha256
from tenuto.core.durability.population import FOLDER, MODEL_VERSION, PARAMETERS, fitted, read_fit

__all__ = ["add_arguments", "run", "stale"]

_TOLERANCE = 1e-3
"""How far the log posterior may differ between machines; a change of the model moves it by far more."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="same seed, same files (default 1)")
    parser.add_argument(
        "--check", action="store_true", help="only say whether the shipped calibration is current"
    )
    parser.add_argument(
        "--output", type=Path, default=FOLDER, metavar="FOLDER", help="where the parameter file goes"
    )
    parser.add_argument(
        "--docs", type=Path, default=Path("docs/generated"), metavar="FOLDER", help="where plots and card go"
    )


def run(args: argparse.Namespace) -> int:
    """Calibrate and write, or check."""
    if args.check:
        reasons = stale()
        for reason in reasons:
            print(f"stale: {reason} Run `tenuto calibrate`.")
        return 1 if reasons else 0
    for folder in (args.output, args.docs):
        if not folder.is_dir():
            raise UserError(f"There is no folder '{folder}'. Make it, or run this from the project's root.")
    files = calibrate(args.seed, report=lambda text: print(text, file=sys.stderr, flush=True))
    plots = _plots(files)
    write_together(
        {str(args.output / name): text.encode() for name, text in files.items()}
        | {str(args.docs / name): drawing for name, drawing in plots.items()}
    )
    if args.output == FOLDER:
        fitted.cache_clear()
        write_together({str(args.docs / "durability-model-card.md"): f"{model_card().rstrip()}\n".encode()})
    print(f"Wrote {', '.join(files)} to {args.output} and the plots to {args.docs}.")
    return 0


def _plots(files: dict[str, str]) -> dict[str, bytes]:
    # Imported here: drawing needs the renderer, checking does not.
    from tenuto.clinic.ui.charts.durability import population_chart, rows_chart
    from tenuto.clinic.ui.charts.render import render

    rows = json.loads(files["results.json"])["left_out"]
    fit = read_fit(files["parameters.json"])
    return {
        "durability-rows.svg": render(rows_chart(rows), "svg"),
        "durability-population.svg": render(population_chart(fit), "svg"),
    }


def stale() -> list[str]:
    """Why the shipped calibration no longer belongs to the data or the code; empty when it does."""
    raw, fit = json.loads(PARAMETERS.read_text("utf-8")), fitted()
    reasons = []
    if fit.data_sha256 != data_sha256():
        reasons.append("The table, the protocols or the priors have changed since the fit.")
    if fit.version != MODEL_VERSION:
        reasons.append(f"The parameters are of model version {fit.version}, the code is {MODEL_VERSION}.")
    now = fingerprint(fit.mean, Settings(seed=fit.seed))
    if abs(now - raw["fingerprint"]) > _TOLERANCE:
        reasons.append(
            f"The model gives another log posterior ({now:.3f}) than when it was fitted ({raw['fingerprint']:.3f})."
        )
    return reasons
