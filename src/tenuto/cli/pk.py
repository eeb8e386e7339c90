"""Draw or list drug levels predicted by published models: one patient, or the spread between people.

Doses are mg of ketamine base. Not a target; do not titrate to this line.

A regimen file is TOML: `[[dose]]` with at = "0 min", amount = "0.5 mg/kg" and over = "40 min", or rate = "0.3 mg/kg/h" with
over, or an amount without over (at once); repeat = {every = "2 d", count = 6}; `[patient]` weight_kg, dosing_weight_kg,
age, sex; `[output]` times, or every and until. An option given wins over the file.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from tenuto.cli import UserError
from tenuto.cli.arguments import SEED, whole
from tenuto.cli.files import read_text, write_together
from tenuto.core.data.reading import toml_content
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
from tenuto.core.pk.curves import DISCLAIMER, LevelCurve, as_csv, as_json, curves, warnings
from tenuto.core.pk.reading import (
    RegimenFile,
    read_amount,
    read_duration,
    read_number,
    read_regimen,
    read_time,
)
from tenuto.core.pk.regimen import Floats
from tenuto.core.pk.summary import peak
from tenuto.core.units import UnitError

__all__ = ["add_arguments", "run"]

_MOST_TIMES = 100_000
_MOST_PEOPLE = 100_000
_MOST_LEVELS = 100_000_000
"""People times times: about a minute of work for one model."""
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
    add("--times", metavar="LIST", help="times in min, such as 10,20,40, or with units, such as 30min,2h")
    add("--every", metavar="TIME", help="spacing of times, such as 1min")
    add("--until", metavar="TIME", help="last time, such as 4h")
    add("--population", metavar="N", type=whole(2, _MOST_PEOPLE), help="percentile bands of N people")
    add("--seed", metavar="S", type=SEED, default=0, help="seed of the population (default: 0)")
    add(
        "--csv",
        metavar="FILE",
        help="write model,analyte,site,time_min,ng_per_ml[,p05,p50,p95]; - for standard output",
    )
    add("--json", action="store_true", help="print everything as JSON")
    add("--plot", metavar="FILE", help="draw to FILE.svg, FILE.png or FILE.pdf")


def run(args: argparse.Namespace) -> int:
    """Simulate and show. The files asked for are written together, or none of them."""
    plot = _outputs(args)
    try:
        found, file = _simulated(args)
    except (UnitError, RegimenError, UnknownModel, UnknownCovariate, OutsideModel, ValueError) as error:
        raise UserError(_one_sentence(error)) from None
    files: dict[str, bytes] = {}
    if args.csv not in (None, "-"):
        files[args.csv] = as_csv(found).encode()
    if args.plot:
        files[args.plot] = _drawn(found, file.regimen, plot)
    write_together(files)
    if args.csv == "-":
        print(as_csv(found), end="")
        for message in warnings(found):
            print(f"Caution. {message}", file=sys.stderr)
    elif args.json:
        print(json.dumps(as_json(found, file.regimen, asked=_asked(args, file)), indent=1))
    else:
        print(_table(found, file.regimen))
    return 0


def _simulated(args: argparse.Namespace) -> tuple[list[LevelCurve], RegimenFile]:
    file = _file(args)
    body = _body(args, file)
    times = _times(args, file)
    people = args.population or 0
    if people * len(times) > _MOST_LEVELS:
        raise UserError(
            f"{people} people at {len(times)} times are more than {_MOST_LEVELS} levels. Ask for fewer of either."
        )
    options = Options(
        form=args.form,
        site=Site(args.site or "model"),
        scaling=Scaling(args.scaling),
        covariates=tuple(args.covariate or ()),
    )
    if "female" in options.covariates and _given(args.sex, file, "sex") == "male":
        raise UserError("The covariate female is asked for, but the sex is male. Leave one of them out.")
    models = _models(args.model)
    return curves(models, file.regimen, body, times, options, people=people, seed=args.seed), file


def _given(option: str | None, file: RegimenFile, key: str) -> Any:
    """The option where given, else what the file says of the patient, else None."""
    return option if option is not None else file.patient.get(key)


def _asked(args: argparse.Namespace, file: RegimenFile) -> dict[str, Any]:
    """Who and what was asked for, so that an answer can be worked out again."""
    body = _body(args, file)
    return {
        "patient": {
            "weight_kg": float(body.weights[0]),
            "dosing_weight_kg": float(body.dosing_weights[0]),
            "age_years": None if body.ages is None else float(body.ages[0]),
            "sex": _given(args.sex, file, "sex"),
        },
        "options": {
            "form": args.form,
            "site": args.site or "model",
            "scaling": args.scaling,
            "covariates": args.covariate or [],
            "population": args.population,
            "seed": None if args.population is None else args.seed,
        },
    }


def _models(asked: Sequence[str] | None) -> list[PkModel]:
    return [load(name) for name in dict.fromkeys(asked)] if asked else [default()]


def _file(args: argparse.Namespace) -> RegimenFile:
    """The regimen of the file, or of --dose and --over."""
    if (args.dose is None) == (args.regimen is None):
        raise UserError("Give either --dose with --over, or --regimen FILE.")
    if args.regimen is not None:
        if args.over is not None:
            raise UserError("--over belongs to --dose; in a regimen file write over beside each amount.")
        try:
            document = toml_content(read_text(args.regimen), parse_float=Decimal)
        except ValueError as error:
            raise UserError(
                f"{args.regimen} is not TOML: {error}. See `tenuto pk --help` for its form."
            ) from None
        return read_regimen(document)
    over = read_duration(args.over, what="--over") if args.over is not None else None
    return RegimenFile(Regimen.single(read_amount(args.dose), over), {}, {})


def _body(args: argparse.Namespace, file: RegimenFile) -> Subjects:
    """The options where given, else the file."""
    weight, age = _given(args.weight, file, "weight_kg"), _given(args.age, file, "age")
    dosing = _given(args.dosing_weight, file, "dosing_weight_kg")
    if weight is None:
        raise UserError(
            "A weight is needed. Give --weight in kg, or weight_kg under [patient] in the regimen file."
        )
    return Subjects(
        read_number(weight, what="A weight", unit="kg"),
        age_years=None if age is None else read_number(age, what="An age", unit="years", zero=True),
        dosing_weight_kg=None if dosing is None else read_number(dosing, what="A dosing weight", unit="kg"),
    )


def _times(args: argparse.Namespace, file: RegimenFile) -> Floats:
    """The times asked for, else about 240 from the start to 200 min after the last dose, no dose's peak left out.

    Options win over the file as a whole: one of them is enough for the file's times not to count.
    """
    by_options = {"times": args.times, "every": args.every, "until": args.until}
    by_options = {key: value for key, value in by_options.items() if value is not None}
    asked, name = (by_options, "--{}") if by_options else (file.output, "[output] {}")
    if "times" in asked:
        if len(asked) > 1:
            raise UserError(
                f"Give either {name.format('times')}, or {name.format('every')} with {name.format('until')}."
            )
        return _listed(asked["times"], name.format("times"))
    until, every = (
        float(read_duration(str(asked[key]), what=name.format(key)).value) if key in asked else None
        for key in ("until", "every")
    )
    if until == 0:
        raise UserError(f"{name.format('until')} of 0 min leaves nothing to show. Write a time above 0.")
    end = file.regimen.end + 200 if until is None else until
    if every is not None:
        return _grid(every, end, name.format("every"))
    step = _step(end)
    changes = [time for dose in file.regimen.doses for time in (dose.start, dose.stop) if time <= end]
    return np.union1d(np.append(np.arange(0.0, end, step), end), changes)


def _grid(every: float, end: float, name: str) -> Floats:
    """From 0 in even steps as far as they go up to `end`."""
    if every > end:
        raise UserError(
            f"{name} of {every:g} min is longer than the {end:g} min to show. Write a shorter one."
        )
    if every <= 0 or end / every > _MOST_TIMES:
        raise UserError(
            f"{name} of {every:g} min up to {end:g} min is too fine. Ask for at most {_MOST_TIMES} times."
        )
    return every * np.arange(np.floor(end / every * (1 + 1e-12)) + 1)


def _step(end: float) -> float:
    """One minute; for less than an hour a tenth or less of it, and longer steps for a long course."""
    if end < 60:
        return float(10.0 ** np.floor(np.log10(end / 60)))
    return next((s for s in (1.0, 5.0, 15.0, 60.0) if end / s <= 1500), float(np.ceil(end / 1500)))


def _listed(listed: object, name: str) -> Floats:
    if isinstance(listed, str):
        listed = listed.split(",")
    if not isinstance(listed, list) or not 0 < len(listed) <= _MOST_TIMES:
        raise UserError(f"{name} is not a list of 1 to {_MOST_TIMES} times. Write it as 10,20,40.")
    times = [read_time(one, what=f"{name}: a time") for one in listed]
    for one, following in pairwise(times):
        if following <= one:
            raise UserError(
                f"{name} must go up: {following:g} comes after {one:g}. Sort them and leave out repeats."
            )
    return np.array(times)


def _outputs(args: argparse.Namespace) -> str:
    """The form of the picture. What can't be written as asked is refused before any work."""
    for option, name, example in (("--csv", args.csv, "level.csv"), ("--plot", args.plot, "level.svg")):
        if name == "":
            raise UserError(f"{option} has no file name. Write one, such as {example}.")
    if args.csv == "-" and args.json:
        raise UserError("--csv - and --json would both go to standard output. Give --csv a file.")
    if args.plot is None:
        return ""
    if args.csv is not None and Path(args.csv).absolute() == Path(args.plot).absolute():
        raise UserError(f"--csv and --plot both name '{args.plot}'. Give them different files.")
    form = Path(args.plot).suffix.lower().removeprefix(".")
    if form not in _PLOTS:
        raise UserError(f"'{args.plot}' does not end in .svg, .png or .pdf. Choose one of these.")
    return form


def _drawn(found: Sequence[LevelCurve], regimen: Regimen, form: str) -> bytes:
    from tenuto.clinic.ui.charts.level import level_chart
    from tenuto.clinic.ui.charts.render import render

    if len(found[0].times_min) < 2:
        raise UserError("A plot needs two times or more. Give more --times, or leave --plot out.")
    return render(level_chart(found, regimen), form)


def _table(found: Sequence[LevelCurve], regimen: Regimen) -> str:
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
            lines.append(
                f"{round(curve.times_min[index], 3):>8.10g} " + " ".join(f"{v:>8.1f}" for v in cells)
            )
        lines.append("")
    return "\n".join([*lines, *(f"Caution. {message}" for message in warnings(found))]).rstrip()


def _rows(count: int) -> list[int]:
    return sorted({round(i) for i in np.linspace(0, count - 1, min(count, 13))})


def _one_sentence(error: Exception) -> str:
    return " ".join(str(error.args[0] if error.args else error).split())
