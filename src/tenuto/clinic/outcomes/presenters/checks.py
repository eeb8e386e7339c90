"""The checks of long-term safety as ready words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from tenuto.clinic.outcomes.words import hold_words
from tenuto.clinic.scales.api import by_phone
from tenuto.clinic.ui.words import day, long_day
from tenuto.core.outcomes.check_forms import check_scales
from tenuto.core.outcomes.check_rules import CheckKind
from tenuto.core.outcomes.safety_clock import CheckGrade, CheckResult, CheckState, SafetyCheck
from tenuto.core.scales.reading import instrument
from tenuto.core.sources import Basis

__all__ = [
    "CheckCard",
    "ResultLine",
    "asked_by_link",
    "check_cards",
    "check_lines",
    "rests_on_words",
    "result_lines",
    "scale_links",
]

MARKS: Mapping[CheckState, tuple[str, str]] = {
    CheckState.NOT_DUE: ("pass", "Not due"),
    CheckState.DUE: ("due", "Due"),
    CheckState.LATE: ("review", "Late: REVIEW"),
    CheckState.HELD: ("block", "Held"),
}
GRADES: Mapping[CheckGrade, tuple[str, str]] = {
    CheckGrade.NORMAL: ("pass", "Normal"),
    CheckGrade.RAISED: ("review", "Raised"),
    CheckGrade.ABNORMAL: ("block", "Abnormal"),
}
MOST_RESULTS = 12


@dataclass(frozen=True, slots=True)
class CheckCard:
    """One check on the page."""

    kind: str
    title: str
    mark: str
    word: str
    due: str
    because: str
    standing: tuple[str, ...]
    why: str
    rests_on: str
    held: str
    """Why nothing is booked; empty while nothing holds."""
    ground: str
    gone_on: bool
    asks: bool


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One result on record."""

    on: str
    title: str
    says: str
    mark: str
    word: str


def check_cards(checks: Iterable[SafetyCheck]) -> tuple[CheckCard, ...]:
    """All checks, what holds first, then what is late, then what is due."""
    order = (CheckState.HELD, CheckState.LATE, CheckState.DUE, CheckState.NOT_DUE)
    return tuple(_card(each) for each in sorted(checks, key=lambda each: (order.index(each.state), each.due)))


def _card(check: SafetyCheck) -> CheckCard:
    mark, word = MARKS[check.state]
    held = check.state is CheckState.HELD
    return CheckCard(
        kind=check.kind.value,
        title=check.rule.title,
        mark=mark,
        word=word,
        due=f"{'Was due' if _past(check) else 'Due'} {long_day(check.due)}",
        because=check.because,
        standing=tuple(each.says for each in check.standing if check.ground != f"abnormal:{each.id}"),
        why=check.rule.why,
        rests_on=rests_on_words(check.rule.basis),
        held=hold_words(check) if held else "",
        ground=check.ground if held else "",
        gone_on=check.reasoned,
        asks=check.state is not CheckState.NOT_DUE,
    )


def scale_links(kind: CheckKind) -> tuple[tuple[str, str], ...]:
    """Id and title of each scale that is a result of a check once it is answered."""
    return tuple(
        (name, instrument(name).title) for name, form in check_scales().items() if form.check is kind
    )


def asked_by_link(kind: CheckKind) -> str:
    """Which of these the patient can answer by link, as the address of the page that asks wants them; empty for none."""
    return urlencode([("scale", name) for name, _ in scale_links(kind) if by_phone(name)])


def _past(check: SafetyCheck) -> bool:
    return check.state is CheckState.LATE or check.ground.startswith("late")


def rests_on_words(basis: Basis) -> str:
    """How something is known, as a sentence begins."""
    words = ", ".join([*(tag.meaning for tag in basis.tags), *map(str, basis.sources)])
    return words[:1].upper() + words[1:]


def check_lines(checks: Iterable[SafetyCheck]) -> tuple[tuple[str, str, str], ...]:
    """Mark, word and sentence of each check about which something is to do."""
    asked = [each for each in checks if each.state is not CheckState.NOT_DUE]
    return tuple((*MARKS[each.state], f"{each.rule.title}, {day(each.due)}") for each in asked)


def result_lines(results: Sequence[CheckResult], titles: Mapping[str, str]) -> tuple[ResultLine, ...]:
    """The newest results, the newest first."""
    newest = sorted(results, key=lambda each: (each.on, each.recorded, each.id), reverse=True)[:MOST_RESULTS]
    return tuple(
        ResultLine(long_day(each.on), titles[each.kind.value], each.says, *GRADES[each.grade])
        for each in newest
    )
