"""Draw or list drug levels predicted by published models: one patient, or the spread between people.

Doses are mg of ketamine base. Not a target; do not titrate to this line.

A regimen file is TOML: `[[dose]]` with at = "0 min", amount = "0.5 mg/kg" and over = "40 min", or rate = "0.3 mg/kg/h" with
over, or an amount without over (at once); repeat = {every = "2 d", count = 6}; `[patient]` weight_kg, dosing_weight_kg,
age, sex; `[output]` times, or every and until.
"""

from __future__ import annotations

import argparse
import json
import tomllib
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from tenuto.cli import UserError
from tenuto.cli.files import read_text, write_atomically
from tenuto.core.pk import (
    Options,
    OutsideModel,
    PkModel,
    Regimen,
    RegimenError,
    Scaling,
    Site,
    Subjects,
    UnknownModel,
    default,
    load,
    names,
)
from tenuto.core.pk.covariates import UnknownCovariate, covariate_names
from tenuto.core.pk.curves import DISCLAIMER, Curve, as_csv, as_json, curves
from tenuto.core.pk.reading import RegimenFile, read_amount, read_duration, read_number, read_regimen
from tenuto.core.pk.regimen import Floats
from tenuto.core.pk.summary import peak
from tenuto.core.units import UnitError

__all__ = ["add_arguments", "run"]

_MOST_TIMES = 100_000
_MOST_PEOPLE = 1_000_000
_PLOTS = ("svg", "png", "pdf")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add = parser.add_argument
    add("--weight", metavar="KG", help="body weight, kg")
    add("--dosing-weight", metavar="KG", help="weight that mg/kg doses are multiplied by (default: --weight)")
    add("--age", metavar="YEARS", help="age, years")
    add(
        "--sex",
        choices=("female", "male"),
        help="recorded; no model uses it unless --covariate female is given",
    )
    add("--dose", metavar="AMOUNT", help="such as '0.5 mg/kg' or '35 mg' of base, at time 0")
    add("--over", metavar="TIME", help="such as '40 min'; without it the dose is given at once")
    add("--regimen", metavar="FILE", help="a TOML file of doses instead of --dose and --over")
    add(
        "--form",
        choices=("racemic", "esketamine"),
        default="racemic",
        help="what is given (default: racemic)",
    )
    add(
        "--model",
        metavar="NAME",
        action="append",
        help=f"repeatable: {', '.join(names())} (default: the first)",
    )
    add(
        "--site",
        choices=("venous", "arterial"),
        help="where blood is drawn (default: as the model was fitted)",
    )
    add(
        "--scaling",
        choices=[s.value for s in Scaling],
        default="published",
        help="how weight acts on the model",
    )
    add("--covariate", metavar="NAME", action="append", help=f"repeatable: {', '.join(covariate_names())}")
    add("--times", metavar="LIST", help="times in min, such as 10,20,40")
    add("--every", metavar="TIME", help="spacing of times, such as 1min")
    add("--until", metavar="TIME", help="last time, such as 4h")
    add("--population", metavar="N", help="percentile bands of N people")
    add("--seed", metavar="S", default="0", help="seed of the population (default: 0)")
    add(
        "--csv",
        metavar="FILE",
        help="write model,analyte,site,time_min,ng_per_ml[,p05,p50,p95]; - for standard output",
    )
    add("--json", action="store_true", help="print everything as JSON")
    add("--plot", metavar="FILE", help="draw to FILE.svg, FILE.png or FILE.pdf")


def run(args: argparse.Namespace) -> int:
    """Simulate and show."""
    plot = _plot_form(args.plot)
    try:
        found, regimen = _simulated(args)
    except (UnitError, RegimenError, UnknownModel, UnknownCovariate, OutsideModel, ValueError) as error:
        raise UserError(_one_sentence(error)) from None
    if args.csv:
        _write_csv(args.csv, as_csv(found))
    if args.plot:
        _draw(found, regimen, Path(args.plot), plot)
    if args.json:
        print(json.dumps(as_json(found, regimen), indent=1))
    elif args.csv != "-":
        print(_table(found, regimen))
    return 0


def _simulated(args: argparse.Namespace) -> tuple[list[Curve], Regimen]:
    file = _file(args)
    body = _body(args, file)
    times = _times(args, file)
    people = _whole(args.population, "--population", 2, _MOST_PEOPLE) if args.population is not None else 0
    options = Options(
        form=args.form,
        site=Site(args.site or "model"),
        scaling=Scaling(args.scaling),
        covariates=tuple(args.covariate or ()),
    )
    models = _models(args.model)
    seed = _whole(args.seed, "--seed", 0, 2**63)
    return curves(models, file.regimen, body, times, options, people=people, seed=seed), file.regimen


def _models(asked: Sequence[str] | None) -> list[PkModel]:
    return [load(name) for name in dict.fromkeys(asked)] if asked else [default()]


def _file(args: argparse.Namespace) -> RegimenFile:
    """The regimen of the file, or of --dose and --over."""
    if (args.dose is None) == (args.regimen is None):
        raise UserError("Give either --dose with --over, or --regimen FILE.")
    if args.regimen:
        if args.over:
            raise UserError("--over belongs to --dose; in a regimen file write over beside each amount.")
        try:
            document = tomllib.loads(read_text(args.regimen), parse_float=Decimal)
        except tomllib.TOMLDecodeError as error:
            raise UserError(
                f"{args.regimen} is not TOML: {error}. See `tenuto pk --help` for its form."
            ) from None
        return read_regimen(document)
    over = read_duration(args.over, what="--over") if args.over is not None else None
    return RegimenFile(Regimen.single(read_amount(args.dose), over), {}, {})


def _body(args: argparse.Namespace, file: RegimenFile) -> Subjects:
    """The options where given, else the file."""
    weight = args.weight if args.weight is not None else file.patient.get("weight_kg")
    if weight is None:
        raise UserError(
            "A weight is needed. Give --weight in kg, or weight_kg under [patient] in the regimen file."
        )
    dosing = args.dosing_weight if args.dosing_weight is not None else file.patient.get("dosing_weight_kg")
    age = args.age if args.age is not None else file.patient.get("age")
    return Subjects(
        read_number(weight, what="A weight", unit="kg"),
        age_years=None if age is None else read_number(age, what="An age", unit="years", zero=True),
        dosing_weight_kg=None if dosing is None else read_number(dosing, what="A dosing weight", unit="kg"),
    )


def _times(args: argparse.Namespace, file: RegimenFile) -> Floats:
    """The times asked for, else about 240 from the start to 200 min after the last dose, no dose's peak left out."""
    listed = args.times if args.times is not None else file.output.get("times")
    every = args.every if args.every is not None else file.output.get("every")
    until = args.until if args.until is not None else file.output.get("until")
    if listed is not None and not (args.times is None and (args.every or args.until)):
        if args.every or args.until:
            raise UserError("Give either --times, or --every with --until.")
        return _listed(listed)
    end = file.regimen.end + 200 if until is None else float(read_duration(str(until), what="--until").value)
    step = _step(end) if every is None else float(read_duration(str(every), what="--every").value)
    if step <= 0 or end / step > _MOST_TIMES:
        raise UserError(
            f"--every of {step:g} min up to {end:g} min is too fine. Ask for at most {_MOST_TIMES} times."
        )
    grid = np.arange(0.0, end + step / 2, step)
    if every is not None:
        return grid
    changes = [time for dose in file.regimen.doses for time in (dose.start, dose.stop) if time <= end]
    return np.union1d(grid, changes)


def _step(end: float) -> float:
    """One minute, or longer steps for a long course."""
    return next((s for s in (1.0, 5.0, 15.0, 60.0) if end / s <= 1500), float(np.ceil(end / 1500)))


def _listed(listed: str | Sequence[Any]) -> Floats:
    parts = listed.split(",") if isinstance(listed, str) else [str(one) for one in listed]
    times = [
        read_number(part.removesuffix("min"), what="A time", unit="min", zero=True)
        for part in map(str.strip, parts)
    ]
    for one, following in pairwise(times):
        if following <= one:
            raise UserError(
                f"Times must go up: {following:g} comes after {one:g}. Sort them and leave out repeats."
            )
    return np.array(times)


def _whole(text: str, name: str, low: int, high: int) -> int:
    try:
        number = int(text)
    except ValueError:
        raise UserError(f"{name} '{text[:40]}' is not a whole number. Write one such as 1000.") from None
    if not low <= number <= high:
        raise UserError(f"{name} of {number} is out of range. Write a whole number from {low} to {high}.")
    return number


def _plot_form(name: str | None) -> str:
    """The form of the picture, checked before any work."""
    form = Path(name).suffix.lower().removeprefix(".") if name else ""
    if name and form not in _PLOTS:
        raise UserError(f"'{name}' does not end in .svg, .png or .pdf. Choose one of these.")
    return form


def _draw(found: Sequence[Curve], regimen: Regimen, path: Path, form: str) -> None:
    from tenuto.clinic.ui.charts.level import level_chart
    from tenuto.clinic.ui.charts.render import render

    write_atomically(path, render(level_chart(found, regimen), form))


def _write_csv(name: str, text: str) -> None:
    if name == "-":
        print(text, end="")
    else:
        write_atomically(Path(name), text.encode())


def _table(found: Sequence[Curve], regimen: Regimen) -> str:
    """What a person reads in a terminal: about a dozen times of each curve, peaks, cautions."""
    lines = [f"Predicted level after {regimen.text} ({DISCLAIMER})", ""]
    for curve in found:
        top, at = peak(curve.times_min, curve.ng_per_ml)
        lines.append(
            f"{curve.model.short}, {curve.analyte}, {curve.site} blood: peak {top:.0f} ng/mL at {at:.0f} min"
        )
        heading = "     min    ng/mL" + (
            "      5 %     50 %     95 %" if curve.percentiles is not None else ""
        )
        lines.append(heading)
        for index in _rows(len(curve.times_min)):
            cells = [
                curve.ng_per_ml[index],
                *(curve.percentiles[:, index] if curve.percentiles is not None else []),
            ]
            lines.append(f"{curve.times_min[index]:>8g} " + " ".join(f"{v:>8.1f}" for v in cells))
        lines.append("")
    said = dict.fromkeys(c.message for curve in found for c in curve.cautions)
    said |= dict.fromkeys(n for curve in found if curve.percentiles is not None for n in curve.model.notes)
    return "\n".join([*lines, *(f"Caution. {message}" for message in said)]).rstrip()


def _rows(count: int) -> list[int]:
    return sorted({round(i) for i in np.linspace(0, count - 1, min(count, 13))})


def _one_sentence(error: Exception) -> str:
    return " ".join(str(error.args[0] if error.args else error).split())
