"""A forecast in words: the longest acceptable interval first, what was learned, and the published rules beside it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from tenuto.core.dates import say_date
from tenuto.core.durability.course import Definitions, State
from tenuto.core.durability.forecast import COMPARED_DAYS, HORIZON_DAYS, Forecast
from tenuto.core.durability.history import History

__all__ = ["as_text"]


def as_text(history: History, found: Forecast, rules: Definitions) -> str:
    """Everything that the forecast says, line by line."""
    return "\n".join(
        [
            *_standing(history, found, rules),
            "",
            *([f"No forecast. {found.reason}"] if found.abstained else _course(found)),
            "",
            "Published rules:",
            *(f"  {r.name}: {r.advice}{_due(r.next_date, found.as_of)} [{r.source}]" for r in found.rules),
            "",
            f"Model {found.model_version}, parameters {found.parameters_sha256[:12]}. A prescriber decides.",
        ]
    )


def _standing(history: History, found: Forecast, rules: Definitions) -> Iterator[str]:
    now = found.standing
    yield (
        f"{history.measure.name}, {history.condition.replace('_', ' ')}, as of {say_date(found.as_of)}: "
        f"{now.state.value.replace('_', ' ')} (baseline {history.baseline:g}, best {now.best:g}, "
        f"latest {history.scores[-1].value:g})."
    )
    if now.state in (State.BASELINE, State.NOT_RESPONDING):
        return
    run = f" ({now.run} so far)" if now.run else ""
    yield f"Response is lost at {rules.scores_in_row} scores in a row above {now.line:g}{run}."
    if now.drifting:
        yield f"Drift: up by {history.measure.reliable:g} or more from the best on {rules.drift_in_row} scores in a row. Look at this patient."


def _course(found: Forecast) -> Iterator[str]:
    yield from _window(found)
    yield f"Days to loss of response without another infusion: {_days_to_loss(found)}."
    yield ""
    for on, p in found.responding[3:53:4][:6]:
        yield f"Response kept to {say_date(on)}: {p:.0%}"
    yield from _candidates(found)
    yield ""
    yield from _learned(found)


def _window(found: Forecast) -> Iterator[str]:
    window = found.window
    if window is None or window.end is None or window.longest_acceptable is None:
        yield "Longest acceptable interval: beyond one year from now."
    else:
        yield f"Longest acceptable interval: {window.longest_acceptable} days from the last infusion, to {say_date(window.end)}."
    if window is not None and window.start is not None:
        yield f"Booster window opens {say_date(window.start)}."


def _days_to_loss(found: Forecast) -> str:
    low, high = found.interval_80
    if low is None:
        return f"more than {HORIZON_DAYS} for at least 90 % of what is possible"
    middle, last = (
        f"more than {HORIZON_DAYS}" if d is None else f"{d:.0f}" for d in (found.median_days_to_loss, high)
    )
    return f"median {middle}, 80 % from {low:.0f} to {last}"


def _candidates(found: Forecast) -> Iterator[str]:
    compared = found.as_of + timedelta(days=COMPARED_DAYS)
    without = found.responding_at(COMPARED_DAYS)
    for one in found.candidates:
        later = (
            f", {one.responding_90d:.0%} kept to {say_date(compared)}, {without:.0%} without it"
            if one.on < compared
            else ""
        )
        yield f"Infusion on {say_date(one.on)}: {one.loss_before:.0%} lost before it{later}"


def _learned(found: Forecast) -> Iterator[str]:
    learned = found.learned
    yield (
        f"Learned from {learned.effective_scores:.1f} scores' worth of evidence: spread of durability "
        f"{learned.prior_sd:.2f} before, {learned.posterior_sd:.2f} after."
    )
    for driver in learned.drivers:
        yield f"  {driver.value:g} on {say_date(driver.on)} multiplies the days of benefit by {driver.factor:.2f}"


def _due(on: date | None, as_of: date) -> str:
    if on is None:
        return ""
    return f" {'Due since' if on < as_of else 'Next'}: {say_date(on)}."
