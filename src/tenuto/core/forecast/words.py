"""A forecast in sentences that are read once: the longest acceptable interval with its risk first, then what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from tenuto.core.dates import say_date, say_day
from tenuto.core.durability.aim import AIM_DAYS, AIM_WORDS
from tenuto.core.durability.course import Definitions, State
from tenuto.core.durability.evidence import known
from tenuto.core.durability.record import History
from tenuto.core.durability.rules import Advice
from tenuto.core.forecast.abstain import about_suicide
from tenuto.core.forecast.answer import COMPARED_DAYS, HORIZON_DAYS, Forecast
from tenuto.core.forecast.window import BoosterWindow, lost_by

__all__ = [
    "as_text",
    "days_to_loss",
    "difference",
    "followed_words",
    "headline",
    "learned_lines",
    "one_in",
    "percent",
    "review_words",
    "risk_words",
    "standing_lines",
    "state_words",
    "window_lines",
]


def as_text(history: History, found: Forecast, rules: Definitions) -> str:
    """Everything that the forecast says, line by line."""
    return "\n".join(
        [
            *standing_lines(history, found, rules),
            "",
            *(_silent(found) if found.abstained else _course(history, found, rules)),
            "",
            "Published rules:",
            *(f"  {_rule(r, found)}" for r in found.rules),
            "",
            *_sources(history, found),
        ]
    )


def headline(found: Forecast, rules: Definitions) -> str:
    """The longest acceptable interval with its risk in one sentence, or the reason not to forecast."""
    window = found.window
    if window is None:
        return f"No forecast. {found.reason}"
    return (
        f"Longest acceptable interval: "
        f"{_count(window.longest_acceptable, 'day')} from the last infusion, to {say_date(window.end)}: "
        f"{risk_words(window.risk)} lost response by then; the clinic's review line is {rules.risk_upper:.0%}."
    )


def one_in(share: float) -> str:
    """A share of people in words: `about 1 in 4`, `fewer than 1 in 50`, `about 7 in 10`, `nearly all`."""
    if share < 0.02:
        return "fewer than 1 in 50"
    if share > 0.95:
        return "nearly all"
    if share > 0.4:
        return f"about {round(10 * share)} in 10"
    people = 1 / share
    return f"about 1 in {round(people) if people < 10 else 5 * round(people / 5)}"


def risk_words(share: float) -> str:
    """A risk in words and in numbers, as the beginning of a sentence about people: `about 1 in 4 (25%) have`."""
    return f"{one_in(share)} ({percent(share)}) have"


def percent(share: float) -> str:
    """Never certain: over 99%, under 1%."""
    if share > 0.99:
        return "over 99%"
    return "under 1%" if share < 0.01 else f"{share:.0%}"


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def standing_lines(history: History, found: Forecast, rules: Definitions) -> Iterator[str]:
    """Scale, state and scores; what would be a loss; what to look at."""
    now, measure = found.standing, history.measure
    better = "" if not history.after else f", {_change(now.improvement)}"
    last = history.scores[-1]
    yield (
        f"{measure.name}, {history.condition.replace('_', ' ')}, as of {say_date(found.as_of)}: "
        f"{state_words(history, found, rules)} (baseline {history.baseline:g}, best {now.best:g}, "
        f"latest {last.value:g} on {say_day(last.on)}{better}; a response is {measure.response_fall:.0%})."
    )
    if not now.responded or about_suicide(measure):
        return
    run = f" ({now.run} so far)" if now.run else ""
    yield f"Response is lost at {rules.scores_in_row} scores in a row above {now.line:g}{run}."
    if now.drifting:
        yield "Drift: the scores are getting worse by more than their error explains. Look at this patient."
    if history.scores[-1].value > now.response_at_most and now.state is not State.LOST:
        yield f"The last score is no response any more: one is {now.response_at_most:.4g} or less."


def state_words(history: History, found: Forecast, rules: Definitions) -> str:
    """The state, in the past and with its day where the last score is older than the time between two."""
    words, last = found.standing.state.value.replace("_", " "), history.scores[-1].on
    if (found.as_of - last).days <= rules.every_days:
        return words
    return f"{'was ' if found.standing.state is not State.BASELINE else ''}{words} on {say_date(last)}"


def _change(improvement: float) -> str:
    return f"{improvement:.0%} better" if improvement >= 0 else f"{-improvement:.0%} worse"


def _silent(found: Forecast) -> Iterator[str]:
    yield f"No forecast. {found.reason}"
    yield from _review(found)


def _review(found: Forecast) -> Iterator[str]:
    if found.review is not None:
        yield review_words(found)


def review_words(found: Forecast) -> str:
    """Who looks by when and for what; empty where nobody has to. One that is past says so."""
    if found.review is None:
        return ""
    when = "Review late since" if found.review.on < found.as_of else "Review by"
    return f"{when} {say_date(found.review.on)}, {found.review.owner}: {found.review.what}"


def _course(history: History, found: Forecast, rules: Definitions) -> Iterator[str]:
    yield headline(found, rules)
    if found.window is not None:
        yield from window_lines(found.window, found, rules)
    yield from _review(found)
    yield f"Days to loss of response without another infusion: {days_to_loss(found)}."
    yield followed_words(history, found)
    yield ""
    for on, p in found.responding[3:53:4][:6]:
        yield f"Response kept to {say_date(on)}: {percent(p)}{_not_seen(on, found)}"
    yield from _candidates(found)
    yield ""
    yield from learned_lines(found)


def window_lines(window: BoosterWindow, found: Forecast, rules: Definitions) -> Iterator[str]:
    """What bounds the window, how far the risk alone would reach, and the window's days."""
    if window.ended_by == "seen":
        alone = "beyond a year" if window.not_seen_to is None else f"to {say_date(window.not_seen_to)}"
        yield f"Bounded by {window.bound.because}. By risk alone it would reach {alone}, which was not seen in this patient."
    elif window.ended_by == "risk":
        yield f"Bounded by the clinic's limit of risk, {rules.risk_upper:.0%}; {_seen(window.bound.seen)}."
    elif window.ended_by == "earlier":
        yield f"Bounded by what was offered before the scores got worse; {_seen(window.bound.seen)}."
    else:
        yield f"Bounded by the clinic's aim; {_seen(window.bound.seen)}."
    worth = window.gained >= found.worth_days
    yield (
        f"Aim: to {AIM_WORDS[found.aim]}. An infusion on {say_date(window.end)} is expected to keep it on {window.gained:.1f} more "
        f"of the {AIM_DAYS} days that follow; from {rules.worth_days:g} on it is worth giving."
        f"{'' if worth or window.overdue else ' None is expected to be worth giving by then: look again on that day.'}"
    )
    if window.overdue:
        lost = lost_by(found.curve, (found.as_of - found.known_to).days, rules)
        yield f"That day is past: {risk_words(lost)} lost response by now."
    elif window.start == window.end:
        yield f"Booster window: {say_date(window.end)}."
    else:
        yield f"Booster window: {say_day(window.start)} to {say_date(window.end)}."


def _seen(days: int) -> str:
    return (
        f"this patient was seen to hold {_count(days, 'day')}" if days else "no interval was seen to hold yet"
    )


def _not_seen(on: date, found: Forecast) -> str:
    if found.window is None or on <= found.window.end:
        return ""
    return f" (not seen in this patient{'' if on <= found.followed_to else '; nobody was followed so long'})"


def followed_words(history: History, found: Forecast) -> str:
    """Up to when anybody with the condition was followed, and what the numbers beyond that day are."""
    name = history.condition.replace("_", " ")
    given = len(history.infusions)
    studied = known(history.condition).studied(given)
    treated = "one infusion" if given == 1 or not studied else "a series"
    return (
        f"{'' if studied else f'No series in {name} was found. '}Nobody with {name} was followed closely for longer than {(found.followed_to - history.infusions[-1].on).days} days after "
        f"{treated} without another infusion: what is said beyond {say_date(found.followed_to)} is the model carried on."
    )


def days_to_loss(found: Forecast) -> str:
    """Median and 80 % of the days to loss of response without another infusion."""
    low, high = found.interval_80
    if low is None:
        return f"more than {HORIZON_DAYS} for at least 90 % of what is possible"
    middle, last = (
        f"more than {HORIZON_DAYS}" if d is None else f"{d:.0f}" for d in (found.median_days_to_loss, high)
    )
    return f"median {middle}, 80 % from {low:.0f} to {last}"


def _candidates(found: Forecast) -> Iterator[str]:
    compared = found.as_of + timedelta(days=COMPARED_DAYS)
    without = found.responding_on(compared)
    for one in found.candidates:
        later = (
            f", {percent(one.responding_90d)} kept to {say_date(compared)}, {percent(without)} without it"
            if one.on < compared
            else ""
        )
        yield f"Infusion on {say_date(one.on)}: {percent(one.loss_before)} lost before it{later}"


def learned_lines(found: Forecast) -> Iterator[str]:
    """How much is this patient and how much the crowd; then the scores that moved the forecast most."""
    learned = found.learned
    yield (
        f"How much is this patient: {learned.own_share:.0%}; the rest is the crowd of the studies. "
        f"{learned.effective_scores:.1f} scores' worth of evidence narrowed the spread of durability from "
        f"{learned.prior_sd:.2f} to {learned.posterior_sd:.2f}."
    )
    for driver in learned.drivers:
        how = "lengthens" if driver.factor > 1 else "shortens"
        yield f"  the score of {driver.value:g} on {say_day(driver.on)} {how} the days of benefit, by a factor of {driver.factor:.2f}"


def _rule(rule: Advice, found: Forecast) -> str:
    text = f"{rule.name}: {rule.advice}"
    if rule.next_date is not None:
        text += f" {'Late since' if rule.next_date < found.as_of else 'Next'}: {say_date(rule.next_date)}."
        text += f" {apart}" if (apart := difference(rule, found)) else ""
    return f"{text} [{rule.source}]"


def difference(rule: Advice, found: Forecast) -> str:
    """By how much a rule's date differs from the window's end, and why; empty where it does not, or has none."""
    if rule.next_date is None or found.window is None or rule.next_date == found.window.end:
        return ""
    days = (rule.next_date - found.window.end).days
    side = "later" if days > 0 else "earlier"
    return f"{_count(abs(days), 'day')} {side} than the window's end: it looks at {rule.looks_at}."


def _sources(history: History, found: Forecast) -> Iterator[str]:
    if history.left_out:
        rows = "row is" if history.left_out == 1 else "rows are"
        yield f"{history.left_out} {rows} later than {say_date(found.as_of)} and left out."
    if history.other_scales:
        yield f"Made from {history.measure.name}; not used: {', '.join(history.other_scales)}."
    yield f"Model {found.model_version}, parameters {found.parameters_sha256[:12]}. A prescriber decides."
