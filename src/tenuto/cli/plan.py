"""Make a treatment plan from one patient's FHIR R4 Bundle: who may be treated, with what, when.

Exits 0 for PASS, 3 for REVIEW, 4 for BLOCK or REFUSE, 2 when the input or an option can't be used.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from tenuto.cli import UserError
from tenuto.cli.files import write_together
from tenuto.cli.policy import policy_in_use
from tenuto.cli.reading import read_zone, say_zone, show_report
from tenuto.cli.terminal import forgiving_output, in_colour, terminal_width
from tenuto.clinic.interop.fhir import BundleReading, UnusableBundle, load, read_bundle
from tenuto.core.gate import Gate, Level
from tenuto.core.intake.safety import safety_state, with_safety
from tenuto.core.plan.inputs import TotalVolume
from tenuto.core.plan.proposal import Proposal, propose
from tenuto.core.plan.proposal_json import proposal_json
from tenuto.core.plan.request import PlanRequest, PlanRequestError
from tenuto.core.policy import Policy, PolicyError, weekdays
from tenuto.core.units import MgPerMl, Ml, Quantity, UnitError

__all__ = ["add_arguments", "judged", "run"]

T = TypeVar("T")
Q = TypeVar("Q", bound=Quantity)
FINEST = 6
EXITS = {Level.PASS: 0, Level.REVIEW: 3, Level.BLOCK: 4, Level.REFUSE: 4}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The Bundle and everything that may be asked of the plan."""
    parser.add_argument("bundle", metavar="BUNDLE.json", help="a FHIR R4 Bundle, or - for standard input")
    parser.add_argument(
        "--protocol", metavar="ID", help="plan this protocol instead of the condition's first one"
    )
    parser.add_argument(
        "--infusions",
        metavar="N",
        help="how many, within the protocol's range (default: its least, others optional)",
    )
    parser.add_argument("--maintenance", metavar="RULE", help="what follows the series, by the id of a rule")
    parser.add_argument("--start", metavar="DATE", help="first possible day of the series (default: --as-of)")
    parser.add_argument("--clinic-days", metavar="DAYS", help="such as mon,wed,fri (default: the policy's)")
    parser.add_argument(
        "--vial",
        metavar="STRENGTH",
        help="such as 50mg/mL, or as printed: '500 mg/10 mL'; there is no default",
    )
    parser.add_argument("--diluent", metavar="ID", help="such as dextrose (default: sodium_chloride)")
    parser.add_argument(
        "--side-effect-order",
        metavar="ID",
        action="append",
        default=[],
        help="a medicine that may be given for a side effect, such as ondansetron; none by itself",
    )
    parser.add_argument("--total-volume", metavar="VOLUME", help="in the bag, drug included, such as 100mL")
    parser.add_argument("--policy", metavar="FILE", default="default", help="the clinic's signed policy")
    parser.add_argument("--as-of", metavar="DATE", help="judge the record as on this day (default: today)")
    parser.add_argument(
        "--indication", metavar="ID", help="the condition to treat, named by a prescriber, such as depression"
    )
    parser.add_argument(
        "--zone",
        metavar="ZONE",
        help="the clinic's time zone, such as America/New_York (default: TENUTO_TIME_ZONE, else each sender's own)",
    )
    parser.add_argument(
        "--report", action="store_true", help="only say what was read of the Bundle, and what not and why"
    )
    parser.add_argument(
        "--all", action="store_true", help="list every fact that is not recorded, and every note"
    )
    parser.add_argument("--json", action="store_true", help="print the plan as JSON")
    parser.add_argument("--ics", metavar="FILE", help="write the series as a calendar file")
    parser.add_argument("--pdf", metavar="FILE", help="write the plan as a PDF")


def run(args: argparse.Namespace) -> int:
    """Read, propose, show; then write the files that were asked for."""
    zone = read_zone(args.zone)
    as_of = _day("--as-of", args.as_of) or datetime.now(zone).date()
    policy, request = _policy(args.policy), _request(args)
    if request.start is not None and request.start < as_of:
        raise UserError(
            f"--start: {request.start} lies before {as_of}, and nobody can give an infusion on a day that is over. Choose "
            f"{as_of} or later, or give --as-of {request.start} to plan as on that day."
        )
    try:
        reading = read_bundle(load(args.bundle), as_of=as_of, zone=zone)
    except UnusableBundle as error:
        raise UserError(str(error)) from error
    if args.report:
        ended = show_report(reading.report, reading.facts, as_json=args.json)
        say_zone(zone, as_json=args.json)
        return ended
    try:
        proposal = propose(reading.facts, request=request, policy=policy, as_of=as_of)
    except (PlanRequestError, PolicyError, UnitError) as error:
        raise UserError(str(error)) from error
    except (ArithmeticError, ValueError) as error:
        raise UserError(
            f"The limits of {args.policy} can't be calculated with: {error}. Correct the policy."
        ) from error
    proposal = replace(proposal, gate=judged(proposal, reading))
    _write_files(args, proposal, reading)
    _show(args, proposal, reading)
    say_zone(zone, as_json=args.json)
    return EXITS[proposal.verdict.level]


def judged(proposal: Proposal, reading: BundleReading) -> Gate:
    """The gate with what the reading found, and with an open risk of suicide: the verdict that a page of the clinic gives."""
    safety = safety_state(reading.facts, as_of=proposal.as_of, policy=proposal.policy)
    return with_safety(proposal.gate + Gate.of(reading.findings), safety)


def _policy(name: str) -> Policy:
    try:
        return policy_in_use(name)
    except PolicyError as error:
        raise UserError(str(error)) from error


def _request(args: argparse.Namespace) -> PlanRequest:
    total = _option("--total-volume", args.total_volume, lambda text: _usable(Ml.parse(text)))
    return PlanRequest(
        protocol=args.protocol,
        indication=args.indication,
        infusions=_option("--infusions", args.infusions, _count),
        maintenance=args.maintenance,
        start=_day("--start", args.start),
        clinic_days=_option("--clinic-days", args.clinic_days, lambda text: weekdays(text.split(","))),
        vial=_vial(args.vial),
        volume=TotalVolume(total) if total else None,
        diluent=args.diluent,
        side_effects=tuple(args.side_effect_order),
    )


def _vial(typed: str | None) -> MgPerMl | None:
    """The strength of the vial; one that was typed otherwise than it is used is read back."""
    vial = _option("--vial", typed, lambda text: _usable(MgPerMl.parse(text)))
    if typed is not None and vial is not None and _alike(typed) != _alike(str(vial)):
        print(f"tenuto: --vial: {typed.strip()} = {vial}. Compare it with the label.", file=sys.stderr)
    return vial


def _alike(strength: str) -> str:
    return "".join(strength.split()).casefold()


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text) > 0):
        raise UnitError(f"'{text[:40]}' is not a number of infusions. Write it in digits.")
    return int(text)


def _usable(amount: Q) -> Q:
    """An amount above zero that is no finer than the second calculation can hold."""
    if amount.value <= 0:
        raise UnitError(f"{amount} is nothing. Give an amount above zero.")
    if amount != amount.rounded(FINEST):
        raise UnitError(f"{amount} is finer than can be measured. Give at most {FINEST} decimals.")
    return amount


def _option(name: str, text: str | None, read: Callable[[str], T]) -> T | None:
    if text is None:
        return None
    try:
        return read(text)
    except (UnitError, PolicyError) as error:
        raise UserError(f"{name}: {error}") from error


def _day(name: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        if len(text) == len("2026-01-31"):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise UserError(f"{name}: '{text[:40]}' is not a date. Write it as YYYY-MM-DD, such as 2026-01-31.")


def _next_second() -> datetime:
    """The next whole second, once it has come: a file that is made after another one is newer by its number and its stamp."""
    now = datetime.now(UTC)
    due = now.replace(microsecond=0) + timedelta(seconds=1)
    time.sleep((due - now).total_seconds())
    return due


def _write_files(args: argparse.Namespace, proposal: Proposal, reading: BundleReading) -> None:
    """Make every document before the first is written, so that a failure leaves none behind."""
    made: dict[str, bytes] = {}
    if args.ics:
        from tenuto.clinic.plan.documents.calendar import as_calendar, person_key

        try:
            made[args.ics] = as_calendar(
                proposal, whose=person_key(reading.facts.person), made=_next_second()
            )
            if proposal.verdict.level is Level.REFUSE:
                print(
                    f"tenuto: {args.ics} cancels every date: the verdict is REFUSE, and nothing is given.",
                    file=sys.stderr,
                )
        except ValueError as error:
            print(f"tenuto: {args.ics} was not written: {error}.", file=sys.stderr)
    if args.pdf:
        from tenuto.clinic.plan.documents.pdf import as_pdf
        from tenuto.clinic.plan.documents.sheet import sheet_of

        sheet = sheet_of(proposal, reading.facts, reading.ignored, gate=proposal.verdict)
        made[args.pdf] = as_pdf(sheet, on=proposal.as_of)
    write_together(made)


def _show(args: argparse.Namespace, proposal: Proposal, reading: BundleReading) -> None:
    forgiving_output()
    if args.json:
        plan = proposal_json(proposal, ignored_resources=reading.ignored_resources)
        print(json.dumps(plan, ensure_ascii=False, indent=2))
        return
    from tenuto.clinic.plan.documents.sheet import sheet_of
    from tenuto.clinic.plan.documents.text import TextStyle, as_text

    look = TextStyle(terminal_width(), in_colour(), args.all)
    print(as_text(sheet_of(proposal, reading.facts, reading.ignored, gate=proposal.verdict), look), end="")
