"""Named readings of the answers, such as a positive screen: yes, no, or undetermined while an answer is missing."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum

from tenuto.core.scales.answers import points
from tenuto.core.scales.definition import Criterion, Instrument, ScoreTest, Take
from tenuto.core.scales.totals import bounds

__all__ = ["CriterionVerdict", "judge", "possible"]


class CriterionVerdict(StrEnum):
    """Whether a criterion is met. UNDETERMINED when missing answers could decide either way: never a no."""

    YES = "yes"
    NO = "no"
    UNDETERMINED = "undetermined"


def possible(
    instrument: Instrument, given: Mapping[str, int], condition: ScoreTest
) -> tuple[Decimal, Decimal]:
    """The lowest and highest value that a condition's quantity can have, given the answers."""
    if condition.of == "total":
        return bounds(instrument, points(instrument, given))
    if condition.of == "item":
        options = [Decimal(o.value) for o in instrument.item(condition.key).options]
        value = given.get(condition.key)
        return (min(options), max(options)) if value is None else (Decimal(value), Decimal(value))
    items = next(p.items for p in instrument.parts if p.id == condition.key)
    reached = sum(given.get(i, -1) >= condition.from_value for i in items)
    return Decimal(reached), Decimal(reached + sum(i not in given for i in items))


def _one(lowest: Decimal, highest: Decimal, condition: ScoreTest) -> CriterionVerdict:
    least, most = condition.at_least, condition.at_most
    if (least is None or lowest >= least) and (most is None or highest <= most):
        return CriterionVerdict.YES
    if (least is not None and highest < least) or (most is not None and lowest > most):
        return CriterionVerdict.NO
    return CriterionVerdict.UNDETERMINED


def judge(
    instrument: Instrument, given: Mapping[str, int], criterion: Criterion, *, prorated: Decimal | None = None
) -> CriterionVerdict:
    """Whether all conditions of a criterion hold. `prorated` is a prorated total to use instead of bounds."""
    verdicts = []
    for condition in criterion.conditions:
        if condition.of == "total" and prorated is not None and instrument.total is not Take.NONE:
            verdicts.append(_one(prorated, prorated, condition))
        else:
            verdicts.append(_one(*possible(instrument, given, condition), condition))
    if CriterionVerdict.NO in verdicts:
        return CriterionVerdict.NO
    return (
        CriterionVerdict.UNDETERMINED if CriterionVerdict.UNDETERMINED in verdicts else CriterionVerdict.YES
    )
