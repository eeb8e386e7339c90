"""Whether an infusion may start: every row of the gate with its value, who gave it and when, and the policy that judged.

Missing is never PASS, and nothing of yesterday counts today.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from tenuto.core.data import Table, data_file
from tenuto.core.gate import Finding, Gate, Level
from tenuto.core.infusion.prescribed import PressureBaseline
from tenuto.core.intake.required import fact
from tenuto.core.literature import ROOT
from tenuto.core.policy import Policy
from tenuto.core.sources import Basis, Tag, basis_of
from tenuto.core.units import plain

__all__ = [
    "AGREES",
    "BREATHS",
    "DIFFERS",
    "IDENTITY",
    "PRESSURE",
    "TEMPERATURE",
    "AskedOnTheDay",
    "BeforeAnswer",
    "DayAnswer",
    "Readiness",
    "ReadinessChoice",
    "ReadinessRow",
    "answer_words",
    "asked_on_the_day",
    "baseline_of",
    "pressure_text",
    "readiness",
]

IDENTITY, PRESSURE, BREATHS, TEMPERATURE = "identity", "pressure", "breaths", "temperature"
"""Rows that are measured or compared, and not chosen from a list."""
AGREES, DIFFERS = "agrees", "differs"
DESIGN = Basis((Tag.D,))
_TITLES = {
    IDENTITY: "Identity",
    PRESSURE: "Blood pressure, twice",
    BREATHS: "Breaths a minute",
    TEMPERATURE: "Temperature",
}


class BeforeAnswer(StrEnum):
    """What must be done before a row can pass: nobody compares a vial that nobody has drawn from."""

    DRAWN = "drawn"
    READ = "read"

    @property
    def ask(self) -> str:
        """What to do first."""
        return _FIRST[self]


_FIRST = {
    BeforeAnswer.DRAWN: "nothing is drawn by the drug ledger. Draw the drug first.",
    BeforeAnswer.READ: "no second reading agrees with the order yet. A colleague reads it first.",
}


@dataclass(frozen=True, slots=True)
class ReadinessChoice:
    """An answer that can be chosen, with its level; a `named` one says who."""

    id: str
    words: str
    level: Level
    named: bool = False


@dataclass(frozen=True, slots=True)
class AskedOnTheDay:
    """A row that is answered by choosing."""

    id: str
    title: str
    ask: str
    choices: tuple[ReadinessChoice, ...]
    basis: Basis
    fact: str
    """The fact of the record that it asks anew; empty where there is none."""
    after: tuple[BeforeAnswer, ...] = ()
    names: str = ""
    """What is written beside a named choice; empty where there is none."""

    def choice(self, value: str) -> ReadinessChoice | None:
        """The choice of an id; None for one that is not offered."""
        return next((each for each in self.choices if each.id == value), None)


@dataclass(frozen=True, slots=True)
class DayAnswer:
    """What was found about a row: its value, when it was found, and by whom; `said` is the name beside a named choice."""

    row: str
    value: str
    at: datetime
    by: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class ReadinessRow:
    """One row as it stands; `value` is empty where nothing of today is recorded."""

    id: str
    title: str
    value: str
    at: datetime | None
    by: str
    finding: Finding | None
    """None where it passes."""

    @property
    def level(self) -> Level:
        """How far this row closes the gate."""
        return self.finding.level if self.finding else Level.PASS


@dataclass(frozen=True, slots=True)
class Readiness:
    """All rows, the gate that follows, and the policy by which it was judged."""

    rows: tuple[ReadinessRow, ...]
    besides: tuple[Finding, ...]
    """What the record, the order and the holds say, as far as no row of today answers it."""
    gate: Gate
    policy: str
    """Id and version, such as `tenuto-default 1`."""


@data_file(ROOT / "readiness.toml")
def asked_on_the_day(file: Table) -> Mapping[str, AskedOnTheDay]:
    """The rows that are answered by choosing, in the order in which they are asked."""
    return {
        row.text("id"): AskedOnTheDay(
            row.text("id"),
            row.text("title"),
            row.text("ask"),
            tuple(
                ReadinessChoice(
                    each.text("id"), each.text("words"), each.choice("level", Level), each.flag("named")
                )
                for each in row.tables("choice")
            ),
            basis_of(row),
            _fact_of(row),
            tuple(BeforeAnswer(each) for each in row.words("after", ())),
            row.text("names", ""),
        )
        for row in file.tables("row")
    }


def _fact_of(row: Table) -> str:
    named = row.text("fact", "")
    return fact(named).id if named else ""


def readiness(
    answers: Iterable[DayAnswer],
    *,
    besides: Sequence[Finding],
    policy: Policy,
    day_began: datetime,
    now: datetime,
) -> Readiness:
    """The gate of a start at `now`, of answers in the order in which they were given.

    Of several answers to a row the one given last counts, whatever the clock said, and none from before `day_began`; a measured value
    counts by when it was taken. What a clock that was ahead put after `now` is not passed over, and makes nothing fresh. `besides` are
    what the record, the order and the holds say, already judged. Sources: `readiness.toml`, and each limit of the policy.
    """
    today = [each for each in answers if day_began <= each.at]
    given = {each.row: each for each in today}
    taken = sorted((each for each in today if each.row == PRESSURE), key=lambda each: each.at)
    rows = (
        _identity(given.get(IDENTITY)),
        _pressures(taken, policy, now),
        _breaths(_taken_last(today, BREATHS, now), policy),
        _temperature(_taken_last(today, TEMPERATURE, now), policy),
        *(_chosen(asked, given.get(asked.id)) for asked in asked_on_the_day().values()),
    )
    found = [row.finding for row in rows if row.finding]
    answered = {row.id for row in rows if row.value}
    anew = {each.fact for each in asked_on_the_day().values() if each.id in answered}
    standing = Gate.of(each for each in besides if not (each.missing and each.fact in anew)).findings
    return Readiness(rows, standing, Gate.of([*standing, *found]), _judged_by(policy))


def _taken_last(answers: Iterable[DayAnswer], row: str, now: datetime) -> DayAnswer | None:
    """The value that was taken last. One that lies ahead of the clock stands only until another one is given."""
    last: DayAnswer | None = None
    for each in answers:
        if each.row == row and (last is None or each.at >= last.at or last.at > now):
            last = each
    return last


def _judged_by(policy: Policy) -> str:
    unsigned = (
        f"; shipped limits that nobody here has signed: {len(policy.unstated)}" if policy.unstated else ""
    )
    return f"{policy.id} {policy.version}{unsigned}"


def answer_words(row: str, value: str) -> str:
    """An answer in the words of the page, such as `Sober: None`. A row or a choice that is not known keeps its id."""
    if row == IDENTITY:
        return f"{_TITLES[row]}: {'Two identifiers agree' if value == AGREES else 'Does not agree'}"
    asked = asked_on_the_day().get(row)
    choices = {each.id: each.words for each in asked.choices} if asked else {}
    return f"{asked.title if asked else _TITLES.get(row, row)}: {choices.get(value, value)}"


def pressure_text(systolic: int, diastolic: int) -> str:
    """A blood pressure as an answer keeps it, such as `128/82`, mmHg."""
    return f"{systolic}/{diastolic}"


def baseline_of(answers: Iterable[DayAnswer], before: datetime) -> PressureBaseline | None:
    """The patient's own blood pressure before the infusion: the lower of the last two readings, half by half.

    The lower one makes a rise show sooner. None without a reading.
    """
    taken = sorted(
        (each for each in answers if each.row == PRESSURE and each.at <= before), key=lambda e: e.at
    )
    halves = [pair for each in taken[-2:] if (pair := _halves(each.value))]
    if not halves:
        return None
    return PressureBaseline(min(one for one, _ in halves), min(two for _, two in halves))


def _row(
    row: str, answer: DayAnswer | None, level: Level, message: str, basis: Basis, *, value: str = ""
) -> ReadinessRow:
    finding = None
    if level is not Level.PASS:
        code = f"DAY-{row.upper().replace('_', '-')}"
        finding = Finding(code, level, message, basis, row, missing=answer is None)
    title = _TITLES.get(row) or asked_on_the_day()[row].title
    shown = value or (answer.value if answer else "")
    return ReadinessRow(
        row, title, shown, answer.at if answer else None, answer.by if answer else "", finding
    )


def _identity(answer: DayAnswer | None) -> ReadinessRow:
    if answer is None:
        return _row(IDENTITY, None, Level.BLOCK, "Ask the patient for two identifiers and type them.", DESIGN)
    if answer.value != AGREES:
        message = "What the patient said is not what this record has. Find the right record before anything is given."
        return _row(IDENTITY, answer, Level.REFUSE, message, DESIGN, value="Does not agree")
    return _row(IDENTITY, answer, Level.PASS, "", DESIGN, value="Two identifiers agree")


def _pressures(taken: Sequence[DayAnswer], policy: Policy, now: datetime) -> ReadinessRow:
    oldest = policy.limit("session_bp_age_min")
    age = timedelta(minutes=float(oldest.value))
    recent = [each for each in taken if now - each.at <= age and _halves(each.value)]
    fresh = [each for each in recent if each.at <= now]
    shown = " and ".join(each.value for each in taken[-2:])
    last = taken[-1] if taken else None
    apart = timedelta(minutes=float(policy.number("session_bp_apart_min")))
    if not fresh or fresh[-1].at - fresh[0].at < apart:
        message = (
            f"Two blood pressures are needed, {plain(policy.number('session_bp_apart_min'))} min apart and both at most "
            f"{oldest.amount} old; {len(fresh)} fresh so far. Measure again."
        )
        finding = Finding("DAY-PRESSURE", Level.BLOCK, message, oldest.basis, PRESSURE, missing=True)
        at, by = (last.at, last.by) if last else (None, "")
        return ReadinessRow(PRESSURE, _TITLES[PRESSURE], shown, at, by, finding)
    halves = [pair for each in recent if (pair := _halves(each.value))]
    level, message, basis = max((_judge_pressure(*pair, policy) for pair in halves), key=lambda each: each[0])
    return _row(PRESSURE, last, level, message, basis, value=shown)


def _judge_pressure(systolic: int, diastolic: int, policy: Policy) -> tuple[Level, str, Basis]:
    for level, name, what in (
        (Level.BLOCK, "block", "Nothing is started"),
        (Level.REVIEW, "review", "A prescriber decides"),
    ):
        upper, lower = (policy.limit(f"bp_{name}_{half}_mmhg") for half in ("systolic", "diastolic"))
        if systolic >= upper.value or diastolic >= lower.value:
            shown = f"{plain(upper.value)}/{plain(lower.value)}"
            return (
                level,
                f"Blood pressure {systolic}/{diastolic} is at or above {shown}. {what}.",
                upper.basis,
            )
    low = policy.limit("bp_low_systolic_mmhg")
    if systolic < low.value:
        message = (
            f"Blood pressure {systolic}/{diastolic} is below {plain(low.value)} systolic. Nothing is started."
        )
        return Level.BLOCK, message, low.basis
    return Level.PASS, "", low.basis


def _breaths(answer: DayAnswer | None, policy: Policy) -> ReadinessRow:
    value, low = _number(answer), policy.limit("session_respiratory_rate_pass_min")
    if answer is None or value is None:
        return _row(BREATHS, None, Level.BLOCK, "Count the breaths of a minute.", low.basis)
    high, most = (policy.number(f"session_respiratory_rate_{name}") for name in ("pass_max", "block_above"))
    if value < low.value or value > most:
        return _row(
            BREATHS, answer, Level.BLOCK, f"{answer.value} breaths a minute: nothing is started.", low.basis
        )
    level = Level.REVIEW if value > high else Level.PASS
    return _row(BREATHS, answer, level, f"{answer.value} breaths a minute: a prescriber decides.", low.basis)


def _temperature(answer: DayAnswer | None, policy: Policy) -> ReadinessRow:
    value, review = _number(answer), policy.limit("session_temperature_review_c")
    if answer is None or value is None:
        return _row(TEMPERATURE, None, Level.BLOCK, "Measure the temperature.", review.basis)
    blocks = value >= policy.number("session_temperature_block_c")
    level = Level.BLOCK if blocks else Level.REVIEW if value >= review.value else Level.PASS
    said = "nothing is started" if blocks else "a prescriber decides"
    shown = f"{answer.value} °C"
    return _row(TEMPERATURE, answer, level, f"Temperature {shown}: {said}.", review.basis, value=shown)


def _chosen(asked: AskedOnTheDay, answer: DayAnswer | None) -> ReadinessRow:
    choice = asked.choice(answer.value) if answer else None
    if answer is None or choice is None:
        return _row(
            asked.id, None, Level.BLOCK, f"{asked.title} is not recorded today: {asked.ask}", asked.basis
        )
    value = f"{choice.words}: {answer.said}" if answer.said else choice.words
    return _row(asked.id, answer, choice.level, f"{asked.title}: {choice.words}.", asked.basis, value=value)


def _number(answer: DayAnswer | None) -> Decimal | None:
    try:
        return Decimal(answer.value) if answer else None
    except InvalidOperation:
        return None


def _halves(text: str) -> tuple[int, int] | None:
    one, _, two = text.partition("/")
    return (int(one), int(two)) if one.isdecimal() and two.isdecimal() else None
