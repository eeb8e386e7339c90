"""What a change between two totals may be called. Without a valid baseline nothing is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tenuto.core.scales.definition import Direction, Instrument, Remission, ScaleError, Threshold
from tenuto.core.scales.scoring import Result, Score
from tenuto.core.sources import Basis

__all__ = ["ChangeStatement", "ScoreChange", "StatementKind", "compare", "relapse_prompt"]


class StatementKind(StrEnum):
    """What a statement is about."""

    RESPONSE = "response"
    REMISSION = "remission"
    RELIABLE = "reliable"
    MEANINGFUL = "meaningful"


@dataclass(frozen=True, slots=True)
class ChangeStatement:
    """One thing said about the change, whether it holds, in words, and what the rule rests on."""

    kind: StatementKind
    holds: bool
    text: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """The change since baseline. `improvement` is in points, positive when the person is better off.

    `improvement` is None, and `statements` empty, when nothing can be said; `reason` then says why.
    """

    improvement: Decimal | None
    statements: tuple[ChangeStatement, ...]
    reason: str = ""

    def holds(self, kind: StatementKind) -> bool | None:
        """Whether a statement of this kind holds; None when nothing was said of it."""
        return next((s.holds for s in self.statements if s.kind is kind), None)


def compare(
    instrument: Instrument, baseline: Result | None, now: Result, *, remission_at_most: Decimal | None = None
) -> ScoreChange:
    """Compare a score with the locked baseline of the same instrument and version.

    remission_at_most: which of the instrument's remission rules to use where trials differ; None takes the first.
    Raises ScaleError when a score is of another instrument, or the instrument has no such remission rule.
    """
    for result in (baseline, now):
        if result is not None and result.instrument != instrument.id:
            raise ScaleError(f"A {result.instrument} score can't be compared as {instrument.title}.")
    remission = _remission(instrument, remission_at_most)
    before, after = _total(baseline), _total(now)
    if before is None or after is None or baseline is None:
        which = "baseline" if before is None else "present score"
        return ScoreChange(None, (), f"No valid {instrument.title} {which}, so no change is stated.")
    if baseline.version != now.version:
        return ScoreChange(
            None, (), f"{instrument.title} changed its version since baseline: a new baseline is needed."
        )
    if instrument.higher is Direction.NEITHER:
        return ScoreChange(
            None, (), f"{instrument.title} is neither good nor bad when high: no change is stated."
        )
    better = before - after if instrument.higher is Direction.WORSE else after - before
    return ScoreChange(better, tuple(_statements(instrument, before, after, better, remission)))


def _total(result: Result | None) -> Decimal | None:
    return result.total if isinstance(result, Score) else None


def _remission(instrument: Instrument, at_most: Decimal | None) -> Remission | None:
    rules = instrument.change.remission
    if at_most is None:
        return rules[0] if rules else None
    for rule in rules:
        if rule.at_most == at_most:
            return rule
    known = ", ".join(str(r.at_most) for r in rules) or "none"
    raise ScaleError(f"{instrument.title} has no remission at {at_most} or less. Known: {known}.")


def _statements(
    instrument: Instrument, before: Decimal, after: Decimal, better: Decimal, remission: Remission | None
) -> list[ChangeStatement]:
    rules, said = instrument.change, []
    if rules.response and before > 0:
        said.append(
            _said(
                StatementKind.RESPONSE,
                _reaches(rules.response, before, better),
                f"response: at least {rules.response.percent} % less than at baseline",
                rules.response.basis,
            )
        )
    if remission and before > remission.at_most:
        fall = f" after a fall of {remission.fall} or more" if remission.fall else ""
        said.append(
            _said(
                StatementKind.REMISSION,
                after <= remission.at_most and better >= remission.fall,
                f"remission: {remission.at_most} or less{fall}",
                remission.basis,
            )
        )
    if rules.reliable:
        said.append(_reliable(rules.reliable, better))
    said.extend(
        _said(
            StatementKind.MEANINGFUL, _reaches(m, before, better), f"{m.label}: {_amount(m)} or more", m.basis
        )
        for m in rules.meaningful
        if m.points is not None or before > 0
    )
    return said


def _reliable(rule: Threshold, better: Decimal) -> ChangeStatement:
    points = rule.points or Decimal()
    if abs(better) < points:
        return ChangeStatement(
            StatementKind.RELIABLE, False, f"Not larger than measurement noise ({points} points)", rule.basis
        )
    way = "Better" if better > 0 else "Worse"
    return ChangeStatement(
        StatementKind.RELIABLE,
        True,
        f"{way}, larger than measurement noise ({points} points or more)",
        rule.basis,
    )


def _said(kind: StatementKind, holds: bool, text: str, basis: Basis) -> ChangeStatement:
    return ChangeStatement(kind, holds, text[0].upper() + text[1:] if holds else f"No {text}", basis)


def _reaches(rule: Threshold, before: Decimal, better: Decimal) -> bool:
    if rule.points is not None:
        return better >= rule.points
    return better * 100 >= (rule.percent or Decimal()) * before


def _amount(rule: Threshold) -> str:
    return f"{rule.points} points" if rule.points is not None else f"{rule.percent} % of the baseline"


def relapse_prompt(instrument: Instrument, best: Result, following: Sequence[Result]) -> bool:
    """True when the two newest of the valid scores after the best one are both worse by more than measurement noise.

    best: the best score after induction. following: later scores, oldest first; void ones are passed over.
    False for an instrument without a rule for measurement noise.
    """
    later = [r for r in following if isinstance(r, Score)]
    changes = [compare(instrument, best, r) for r in later[-2:]]
    return len(changes) == 2 and all(
        c.improvement is not None and c.improvement < 0 and c.holds(StatementKind.RELIABLE) for c in changes
    )
