"""Fit the duration model to the calibration table and write its parameter file, results, plots and model card.

Takes some twenty minutes of processor time, shared by as many processes as the machine has cores. The same seed reproduces the files,
whatever the number of processes. `--check` only says whether the shipped files still belong to
the data and the code: exit 1 when they don't. `--sbc 5000` and `--nuts 20` repeat the checks of the inference.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from tenuto.cli import UserError
from tenuto.cli.arguments import SEED, whole
from tenuto.cli.files import write_together
from tenuto.core.durability.calibration.card import model_card
from tenuto.core.durability.calibration.each import Each, one_by_one
from tenuto.core.durability.calibration.likelihood import Settings
from tenuto.core.durability.calibration.result import fingerprint, written
from tenuto.core.durability.calibration.result import run as calibrate
from tenuto.core.durability.calibration.table import data_sha256
from tenuto.core.durability.course import Definitions
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.population import fitted, parameters_of, read_fit
from tenuto.core.durability.structure import CURRENT, FOLDER, MODEL_VERSION
from tenuto.core.durability.verification import nuts
from tenuto.core.durability.verification.report import CHECKS, compared, ranks
from tenuto.core.durability.verification.sbc import places, verdicts
from tenuto.core.policy import default_policy

__all__ = ["add_arguments", "plots", "processes", "run", "stale"]

_WARMUP, _DRAWS, _CHAINS = 500, 2800, 8
"""Of NUTS, for each patient: so many that its own error is well inside what counts as agreement."""
_TOLERANCE = 1e-3
"""How far the log posterior may differ between machines; a change of the model moves it by far more."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--seed", type=SEED, default=1, metavar="N", help="same seed, same files (default 1)")
    parser.add_argument(
        "--processes",
        type=whole(1, 1000),
        default=os.cpu_count() or 1,
        metavar="N",
        help="simulate studies in so many processes (default: one a core); the files come out the same",
    )
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument(
        "--check", action="store_true", help="only say whether the shipped calibration is current"
    )
    instead.add_argument(
        "--sbc",
        type=whole(20, 1_000_000),
        metavar="PATIENTS",
        help="instead check that intervals mean what they say, on so many synthetic patients",
    )
    instead.add_argument(
        "--nuts",
        type=whole(1, 1000),
        metavar="PATIENTS",
        help="instead compare with full sampling (needs tenuto[calibrate])",
    )
    parser.add_argument(
        "--output", type=Path, default=FOLDER, metavar="FOLDER", help="where the parameter file goes"
    )
    parser.add_argument(
        "--docs",
        type=Path,
        metavar="FOLDER",
        help="where plots go, and the card of the shipped parameters (default docs/generated; with --output, there)",
    )


def run(args: argparse.Namespace) -> int:
    """Calibrate and write, or check."""
    if args.check:
        reasons = stale()
        for reason in reasons:
            print(f"stale: {reason} Run `tenuto calibrate`.")
        return 1 if reasons else 0
    if args.sbc or args.nuts:
        return _verify(args)
    docs = args.docs or (Path("docs/generated") if args.output == FOLDER else args.output)
    for folder in (args.output, docs):
        if not folder.is_dir():
            raise UserError(f"There is no folder '{folder}'. Make it, or run this from the project's root.")
        if not os.access(folder, os.W_OK):
            raise UserError(f"Nothing can be written to '{folder}'. Give another folder with --output.")
    with processes(args.processes) as each:
        files = calibrate(args.seed, lambda text: print(text, file=sys.stderr, flush=True), each)
    pictures = plots(files)
    write_together(
        {str(args.output / name): text.encode() for name, text in files.items()}
        | {str(docs / name): drawing for name, drawing in pictures.items()}
    )
    if args.output == FOLDER:
        fitted.cache_clear()
        write_together({str(docs / "durability-model-card.md"): f"{model_card().rstrip()}\n".encode()})
    print(f"Wrote {', '.join(files)} to {args.output} and the plots to {docs}.")
    return 0


@contextmanager
def processes(count: int) -> Iterator[Each]:
    """Work spread over processes that are started afresh, so that nothing of this one is copied into them."""
    if count == 1:
        yield one_by_one
        return
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        yield lambda work, items: list(pool.map(work, items))


def plots(files: dict[str, str]) -> dict[str, bytes]:
    """The pictures of the card, from the files of a calibration."""
    # Imported here: drawing needs the renderer, checking does not.
    from tenuto.clinic.ui.charts.durability import population_chart, rows_chart
    from tenuto.clinic.ui.charts.render import render

    rows = json.loads(files["results.json"])["left_out"]
    fit = read_fit(files["parameters.json"])
    return {
        "durability-rows.svg": render(rows_chart(rows), "svg") + b"\n",
        "durability-population.svg": render(population_chart(fit), "svg") + b"\n",
    }


def _verify(args: argparse.Namespace) -> int:
    """Run one check of the inference and put its section into the file of checks."""
    sections = json.loads(CHECKS.read_text("utf-8")) if CHECKS.is_file() else {}
    if sections.get("parameters_sha256") != fitted().sha256:
        sections = {"parameters_sha256": fitted().sha256}
    if args.sbc:
        found = np.stack(list(_counted(places(fitted(), _rules(), args.seed, 0, args.sbc), args.sbc)))
        sections["sbc"] = ranks(verdicts(found), found, args.seed)
    else:
        sections["nuts"] = _against_nuts(args.nuts)
    write_together({str(CHECKS): written(sections).encode()})
    print(f"Wrote {CHECKS}.")
    return 0


def _rules() -> Definitions:
    return Definitions.from_policy(default_policy())


def _counted(rows: Iterator[Floats], all_of: int) -> Iterator[Floats]:
    """Rows as they come, with a word now and then."""
    for count, row in enumerate(rows, 1):
        if count % 250 == 0:
            print(f"{count} of {all_of}", file=sys.stderr, flush=True)
        yield row


def _against_nuts(patients: int) -> dict[str, Any]:
    try:
        versions = {name: version(name) for name in ("jax", "numpyro")}
    except PackageNotFoundError:
        raise UserError("--nuts needs NumPyro. Install it with `pip install 'tenuto[calibrate]'`.") from None
    cases = nuts.cases(fitted(), _rules(), patients)
    sampled = nuts.sample(fitted(), cases, warmup=_WARMUP, draws=_DRAWS, chains=_CHAINS, seed=1)
    rows = [
        {
            "scores": len(case.evidence.scores),
            "infusions": len(case.evidence.infusions),
            "ours": _rounded(nuts.quantiles_fast(case, fitted(), _rules())),
            "nuts": _rounded(
                nuts.quantiles_nuts(case, fitted(), _rules(), draws.reshape(-1, draws.shape[-1]))
            ),
            "r_hat": round(nuts.r_hat(draws), 4),
        }
        for case, draws in zip(cases, sampled, strict=True)
    ]
    return compared(rows, versions, _DRAWS * _CHAINS)


def _rounded(days: Sequence[float | None]) -> list[float | None]:
    return [None if day is None else round(day, 2) for day in days]


def stale() -> list[str]:
    """Why the shipped calibration no longer belongs to the data or the code; empty when it does."""
    raw, fit = json.loads(parameters_of(CURRENT).read_text("utf-8")), fitted()
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
