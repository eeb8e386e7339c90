"""What a prescriber may decide about the next date, and how it stands to what was proposed.

Proposed is the longest acceptable day of the forecast. An earlier or later one may be chosen with a reason; how much
shorter or longer it is goes on record. The rules are a table: `tests/spec/forecast/decision.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tenuto.core.dates import say_date
from tenuto.core.durability.definitions import Definitions
from tenuto.core.forecast.answer import HORIZON_DAYS
from tenuto.core.forecast.days import is_open
from tenuto.core.sentences import is_sentence

__all__ = ["DateChoice", "DateOutcome", "DateRefused", "check_rescue", "choose_date"]


class DateOutcome(StrEnum):
    """The proposed day, another one, or none."""

    ACCEPTED = "accepted"
    OTHER = "other"
    DECLINED = "declined"


class DateRefused(ValueError):
    """This can't be decided. The text says why and what to do, `field` at which entry."""

    def __init__(self, text: str, field: str | None = None) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True, slots=True)
class DateChoice:
    """What was chosen, beside what was proposed."""

    outcome: DateOutcome
    on: date | None
    """None when no infusion is to be given for now."""
    proposed: date | None
    reason: str

    @property
    def days_shorter(self) -> int:
        """Days before the proposed one; 0 on it, after it and without one."""
        return max((self.proposed - self.on).days, 0) if self.on and self.proposed else 0

    @property
    def days_beyond(self) -> int:
        """Days after the proposed one."""
        return max((self.on - self.proposed).days, 0) if self.on and self.proposed else 0

    @property
    def words(self) -> str:
        """`Fri 4 Dec 2026, 7 days before the proposed one`."""
        if self.on is None:
            return "No infusion for now"
        if self.outcome is DateOutcome.ACCEPTED:
            return f"{say_date(self.on)}, as proposed"
        apart, side = self.days_shorter or self.days_beyond, "before" if self.days_shorter else "after"
        days = f", {apart} {'day' if apart == 1 else 'days'} {side} the proposed one" if apart else ""
        return f"{say_date(self.on)}{days}"


def choose_date(
    outcome: DateOutcome,
    *,
    on: date | None,
    reason: str,
    closes: date | None,
    treated: date,
    as_of: date,
    definitions: Definitions,
) -> DateChoice:
    """The choice, checked. DateRefused says what is wrong with it.

    closes: the end of the window; None when nothing is forecast. What is past is not proposed any more. treated: the day
    of the last infusion. The proposed day chosen as another one is accepted.
    """
    proposed = closes if closes is not None and closes >= as_of else None
    reason = reason.strip()
    if outcome is DateOutcome.ACCEPTED or (
        on is not None and on == proposed and outcome is DateOutcome.OTHER
    ):
        if proposed is None:
            raise DateRefused(
                "No day is proposed, so none can be accepted. Choose a day, or none.", "outcome"
            )
        return DateChoice(DateOutcome.ACCEPTED, proposed, proposed, reason)
    if not is_sentence(reason):
        raise DateRefused("Write why, in a sentence.", "reason")
    if outcome is DateOutcome.DECLINED:
        return DateChoice(outcome, None, proposed, reason)
    if on is None:
        raise DateRefused("Choose the day.", "on")
    _check_day(on, treated, as_of, definitions)
    return DateChoice(outcome, on, proposed, reason)


def check_rescue(
    rescue: date | None, choice: DateChoice, *, treated: date, as_of: date, definitions: Definitions
) -> None:
    """Raise DateRefused unless an agreed rescue slot is a clinic day to come, before the day that was chosen."""
    if rescue is None:
        return
    try:
        _check_day(rescue, treated, as_of, definitions)
    except DateRefused as refused:
        raise DateRefused(str(refused), "rescue") from refused
    if choice.on is not None and rescue >= choice.on:
        raise DateRefused(
            f"A rescue slot is for a response that goes before {say_date(choice.on)}. Choose an earlier day.",
            "rescue",
        )


def _check_day(on: date, treated: date, as_of: date, definitions: Definitions) -> None:
    if on < as_of:
        raise DateRefused(f"{say_date(on)} is over. Choose a later day.", "on")
    if on > as_of + timedelta(days=HORIZON_DAYS):
        raise DateRefused(f"{say_date(on)} is more than a year away. Choose an earlier day.", "on")
    if on <= treated:
        raise DateRefused(
            f"{say_date(on)} is not after the last infusion, {say_date(treated)}. Choose a later day.", "on"
        )
    if not is_open(on, definitions):
        raise DateRefused(f"The clinic does not infuse on {say_date(on)}. Choose a clinic day.", "on")
