"""Answered scales as results of the checks of long-term safety, as `check_forms.toml` says which and how."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from tenuto.core.data import DataError, Table, data_file, not_among
from tenuto.core.dates import say_date
from tenuto.core.outcomes.check_rules import CheckKind
from tenuto.core.outcomes.safety_clock import CheckGrade, CheckResult
from tenuto.core.policy import Policy
from tenuto.core.scales.answers import missing
from tenuto.core.scales.criteria import CriterionVerdict, judge
from tenuto.core.scales.definition import Instrument
from tenuto.core.scales.reading import instrument
from tenuto.core.sources import Basis, basis_of
from tenuto.core.units import plain

__all__ = ["AnsweredCheck", "CheckScale", "check_scales", "results_of_forms"]


@dataclass(frozen=True, slots=True)
class AnsweredCheck:
    """One answered form: stored values by item, None where a question was left out; `total` is None when there is none."""

    id: str
    scale: str
    on: date
    answers: Mapping[str, int | None]
    total: Decimal | None
    recorded: int


@dataclass(frozen=True, slots=True)
class FormFinding:
    """What makes the result of a form not normal: any one of these."""

    criteria: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    at_least: Decimal | None = None
    limit: str = ""

    def met(self, scale: Instrument, given: Mapping[str, int], total: Decimal | None, policy: Policy) -> bool:
        """Whether the answers that were given make it so for certain."""
        positive = any(
            judge(scale, given, criterion) is CriterionVerdict.YES
            for criterion in scale.criteria
            if criterion.id in self.criteria
        )
        least = policy.number(self.limit) if self.limit else self.at_least
        high = total is not None and least is not None and total >= least
        return positive or high or any(given.get(item) == 1 for item in self.items)


@dataclass(frozen=True, slots=True)
class CheckScale:
    """One scale of `check_forms.toml`; the keys are explained at the head of the file."""

    scale: str
    check: CheckKind
    does: bool
    words: Mapping[str, str]
    abnormal: FormFinding
    raised: FormFinding
    basis: Basis


@data_file(Path(__file__).with_name("check_forms.toml"))
def check_scales(file: Table) -> Mapping[str, CheckScale]:
    """Every scale that speaks for a check, in the order of the file."""
    return {form.scale: form for form in map(_form, file.tables("form"))}


def _form(entry: Table) -> CheckScale:
    scale = instrument(entry.text("scale"))
    words = entry.optional("words")
    return CheckScale(
        scale=scale.id,
        check=entry.choice("check", CheckKind),
        does=entry.flag("does"),
        words={_item(scale, name, entry): words.text(name) for name in words.names()},
        abnormal=_finding(scale, entry.optional("abnormal")),
        raised=_finding(scale, entry.optional("raised")),
        basis=basis_of(entry),
    )


def _finding(scale: Instrument, entry: Table) -> FormFinding:
    """A criterion or an item that the scale does not have would never be met."""
    known = [criterion.id for criterion in scale.criteria]
    for name in entry.words("criteria", ()):
        if name not in known:
            raise DataError(f"{entry.where}, criteria of {scale.title}: {not_among(name, known)}")
    return FormFinding(
        criteria=entry.words("criteria", ()),
        items=tuple(_item(scale, name, entry) for name in entry.words("items", ())),
        at_least=entry.number("at_least") if entry.has("at_least") else None,
        limit=entry.text("limit", ""),
    )


def _item(scale: Instrument, name: str, entry: Table) -> str:
    known = [item.id for item in scale.items]
    if name not in known:
        raise DataError(f"{entry.where}, items of {scale.title}: {not_among(name, known)}")
    return name


def results_of_forms(forms: Iterable[AnsweredCheck], policy: Policy) -> tuple[CheckResult, ...]:
    """The result of each form. One with a question left out can raise an alarm; normal it is not, and it does no check."""
    return tuple(_results(forms, policy))


def _results(forms: Iterable[AnsweredCheck], policy: Policy) -> Iterator[CheckResult]:
    for form in forms:
        rule = check_scales().get(form.scale)
        if rule is None:
            continue
        scale = instrument(form.scale)
        given = {item: value for item, value in form.answers.items() if value is not None}
        grade, left_out = _graded(rule, scale, given, form.total, policy), missing(scale, given)
        if left_out and grade is CheckGrade.NORMAL:
            continue
        yield CheckResult(
            f"{form.id}:{scale.id}", rule.check, scale.id, form.on, grade, _says(rule, scale, form, given),
            form.recorded, whole=rule.does and not left_out,
        )  # fmt: skip


def _graded(
    rule: CheckScale, scale: Instrument, given: Mapping[str, int], total: Decimal | None, policy: Policy
) -> CheckGrade:
    if rule.abnormal.met(scale, given, total, policy):
        return CheckGrade.ABNORMAL
    return CheckGrade.RAISED if rule.raised.met(scale, given, total, policy) else CheckGrade.NORMAL


def _says(rule: CheckScale, scale: Instrument, form: AnsweredCheck, given: Mapping[str, int]) -> str:
    if not rule.words:
        told = "no total" if form.total is None else plain(form.total)
        return f"{scale.title} {told} on {say_date(form.on)}."
    said = [words for item, words in rule.words.items() if given.get(item) == 1]
    return f"{scale.title} on {say_date(form.on)}: {', '.join(said) or 'nothing reported'}."
