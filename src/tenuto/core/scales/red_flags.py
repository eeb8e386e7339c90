"""Answers that must not wait for a total: versioned rules in `red_flags.toml`, raised even when the score is void."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from functools import cache
from pathlib import Path

from tenuto.core.data import DataError, Table, data_file, not_among
from tenuto.core.scales.answers import points
from tenuto.core.scales.criteria import CriterionVerdict, judge
from tenuto.core.scales.definition import Criterion, Direction, Instrument, ScoreTest
from tenuto.core.scales.reading import instrument
from tenuto.core.scales.totals import total
from tenuto.core.sources import Basis, basis_of
from tenuto.core.units import plain

__all__ = ["RedFlag", "RedFlagRule", "Urgency", "raised", "rules", "told_together"]


class Urgency(IntEnum):
    """How soon a named clinician must act, in order."""

    BEFORE_NEXT_INFUSION = 1
    SAME_SESSION = 2
    URGENT = 3


@dataclass(frozen=True, slots=True)
class RedFlagRule:
    """One rule: what raises it on which instrument, how urgent it is and what follows. `version` is that of the rules.

    `unanswered` names an item whose missing answer raises it; `rises` an item that was at its lowest answer and no
    longer is; with `worsens` the total is worse than that of the form before by more than measurement noise; otherwise
    `criterion` decides, or any one of the conditions `any_of`.
    """

    id: str
    version: int
    instrument: str
    urgency: Urgency
    title: str
    action: str
    away: str
    any_of: tuple[ScoreTest, ...]
    criterion: str
    unanswered: str
    rises: str
    worsens: bool
    basis: Basis

    @property
    def ways(self) -> tuple[object, ...]:
        """All that can raise it; exactly one is not empty."""
        return self.any_of, self.criterion, self.unanswered, self.rises, self.worsens


@dataclass(frozen=True, slots=True)
class RedFlag:
    """A rule that was raised, and by which answer.

    `answer` says what was answered to a question on death or self-harm, in the words of the form, and what was answered
    before; else it is empty.
    """

    rule: str
    version: int
    urgency: Urgency
    title: str
    action: str
    item: str
    basis: Basis
    answer: str = ""
    away: str = ""
    """What to do instead where the person is not with staff; empty where that is the same."""

    @property
    def text(self) -> str:
        """What was found, what was answered and what to do, for the person who has the task."""
        return " ".join(filter(None, (f"{self.title}.", self.answer, self.action)))


def told_together(flags: Sequence[RedFlag]) -> str:
    """The text of flags that one answer raised, the most urgent first: each title once, and what to do of the first."""
    titles = [flag.title for flag in flags]
    alone = [title for title in titles if not any(other.startswith(f"{title},") for other in titles)]
    said = (f"{title}." for title in dict.fromkeys(alone))
    return " ".join(filter(None, (*said, flags[0].answer, flags[0].action)))


def _conditions(entry: Table) -> tuple[ScoreTest, ...]:
    """One comparison for each item named, or one with the total; none when the rule compares nothing."""
    least = entry.number("at_least") if entry.has("at_least") else None
    most = entry.number("at_most") if entry.has("at_most") else None
    items = entry.words("any_item", (entry.text("item"),) if entry.has("item") else ())
    if least is None and most is None:
        if items:
            entry.one_of("at_least", "at_most")  # an item compared with nothing would never be raised
        return ()
    return tuple(ScoreTest("item", i, least, most) for i in items) or (ScoreTest("total", "", least, most),)


def _rule(entry: Table, version: int) -> RedFlagRule:
    rule = RedFlagRule(
        id=entry.text("id"),
        version=version,
        instrument=entry.text("instrument"),
        urgency=entry.choice("urgency", Urgency),
        title=entry.text("title"),
        action=entry.text("action"),
        away=entry.text("away", ""),
        any_of=_conditions(entry),
        criterion=entry.text("criterion", ""),
        unanswered=entry.text("unanswered", ""),
        rises=entry.text("rises", ""),
        worsens=entry.flag("worsens"),
        basis=basis_of(entry),
    )
    if not any(rule.ways):
        entry.one_of("at_least", "at_most", "criterion", "unanswered", "rises", "worsens")
    if sum(map(bool, rule.ways)) != 1:
        raise DataError(
            f"{entry.where} needs exactly one of at_least/at_most, criterion, unanswered, rises, worsens."
        )
    _check_names(rule, entry.where)
    return rule


def _check_names(rule: RedFlagRule, where: str) -> None:
    """A rule about an item or criterion that the instrument does not have would never be raised."""
    known = instrument(rule.instrument)
    items = {item.id for item in known.items}
    for name in (*(c.key for c in rule.any_of if c.of == "item"), rule.unanswered, rule.rises):
        if name and name not in items:
            raise DataError(f"{where}, item: {not_among(name, items)}")
    criteria = {criterion.id for criterion in known.criteria}
    if rule.criterion and rule.criterion not in criteria:
        raise DataError(f"{where}, criterion: {not_among(rule.criterion, criteria)}")
    if rule.worsens and (known.change.reliable is None or known.higher is not Direction.WORSE):
        raise DataError(f"{where}, worsens: {known.title} has no rule for measurement noise.")


@data_file(Path(__file__).with_name("red_flags.toml"))
def rules(file: Table) -> tuple[RedFlagRule, ...]:
    """All rules, in the order of the data file."""
    version = file.whole("version")
    return tuple(_rule(entry, version) for entry in file.tables("rules"))


@cache
def _rules_of(instrument: str) -> tuple[RedFlagRule, ...]:
    return tuple(rule for rule in rules() if rule.instrument == instrument)


def raised(
    instrument: Instrument,
    given: Mapping[str, int],
    *,
    earlier: Mapping[str, int] | None = None,
    risk_before: int | None = None,
    verdicts: Mapping[str, CriterionVerdict],
    prorated: Decimal | None = None,
) -> tuple[RedFlag, ...]:
    """The red flags of these answers, most urgent first.

    given, earlier: checked answers, now and of the form before (None when there is none). risk_before: what the question
    on death or self-harm was answered with before, wherever that is on record; None: as in `earlier`. verdicts: of the
    instrument's criteria. A condition that missing answers leave open does not raise; those that matter have a rule
    for the missing answer itself.
    """
    before = dict(earlier or {})
    if instrument.risk_item is not None and risk_before is not None:
        before[instrument.risk_item.item] = risk_before
    found = [
        RedFlag(
            rule.id,
            rule.version,
            rule.urgency,
            rule.title,
            rule.action,
            item,
            rule.basis,
            _said(instrument, item, given, before),
            rule.away,
        )
        for rule in _rules_of(instrument.id)
        if (item := _raised_by(rule, instrument, given, earlier or {}, before, verdicts, prorated))
        is not None
    ]
    return tuple(sorted(found, key=lambda flag: -flag.urgency))


def _said(instrument: Instrument, item: str, given: Mapping[str, int], before: Mapping[str, int]) -> str:
    """What was answered to the question on death or self-harm: the number, the form's words and points that differ, and
    whether that is more or less than before."""
    if instrument.risk_item is None or item != instrument.risk_item.item or item not in given:
        return ""
    option = instrument.item(item).option(given[item])
    words = "" if option.label == str(option.value) else f', "{option.label}"'
    points = "" if option.score == option.value else f" ({plain(option.score)} points)"
    return f"Item {item} was answered {option.value}{words}{points}{_since(given[item], before.get(item))}."


def _since(now: int, before: int | None) -> str:
    if before is None:
        return ""
    return f"; {before} before, {'a rise' if now > before else 'a fall' if now < before else 'as now'}"


def _raised_by(
    rule: RedFlagRule,
    instrument: Instrument,
    given: Mapping[str, int],
    earlier: Mapping[str, int],
    before: Mapping[str, int],
    verdicts: Mapping[str, CriterionVerdict],
    prorated: Decimal | None,
) -> str | None:
    """The item that raises the rule, empty when it is not one item alone, None when the rule is not raised."""
    if rule.unanswered:
        return rule.unanswered if rule.unanswered not in given else None
    if rule.rises:
        lowest = min(o.value for o in instrument.item(rule.rises).options)
        rose = before.get(rule.rises) == lowest and given.get(rule.rises, lowest) > lowest
        return rule.rises if rose else None
    if rule.worsens:
        return "" if _worsened(instrument, given, earlier) else None
    if rule.criterion:
        return "" if verdicts.get(rule.criterion) is CriterionVerdict.YES else None
    for condition in rule.any_of:
        alone = Criterion(rule.id, rule.title, (condition,), (), rule.basis)
        if judge(instrument, given, alone, prorated=prorated) is CriterionVerdict.YES:
            return condition.key
    return None


def _worsened(instrument: Instrument, given: Mapping[str, int], earlier: Mapping[str, int]) -> bool:
    """Whether both totals are known and the present one is worse by the scale's reliable change or more."""
    before, now = (total(instrument, points(instrument, answers)) for answers in (earlier, given))
    noise = instrument.change.reliable
    return (
        before is not None
        and now is not None
        and noise is not None
        and noise.points is not None
        and now - before >= noise.points
    )
