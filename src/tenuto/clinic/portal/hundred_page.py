"""How long, of 100 people: the arrays, the table beside them, and what may and may not be concluded, in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

from tenuto.clinic.portal.forms import CONDITION_WORDS, SETTING_WORDS
from tenuto.clinic.portal.people_svg import key_svg, people_svg
from tenuto.core.durability.evidence import known, series
from tenuto.core.forecast.crowd import Crowd, CrowdQuestion, People
from tenuto.core.forecast.words import one_in
from tenuto.core.literature.claims import claims

__all__ = ["KEY", "Panel", "Row", "Silent", "View", "silent", "view"]

_MONTHS_WEEKS, _MIDDLE_WEEKS = 12, 4
_CLAIM = "remission"
"""The claim of articles that promises three months."""
KEY = {kind: mark_safe(key_svg(kind)) for kind in ("still", "lost", "never")}  # noqa: S308 - our own drawing
"""The signs of the arrays."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One array with its caption."""

    when: str
    count: str
    picture: SafeString
    followed: bool
    """Whether anybody was followed for so long; pale where not."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    when: str
    middle: int
    span: str
    of_responders: str
    followed: bool


@dataclass(frozen=True, slots=True)
class View:
    """Everything on the page for a question that the studies can answer."""

    asked: str
    headline: str
    beyond: str
    """What the pale weeks are; empty where there are none."""
    panels: tuple[Panel, ...]
    rows: tuple[Row, ...]
    doubt: str
    judged: str
    claim: str
    claim_words: str
    not_known: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Silent:
    """Where nothing can be said: why, and what that rests on."""

    asked: str
    reason: str
    sources: tuple[str, ...]
    urgent: bool
    """Whoever asks this may be in danger: help stands first."""


def silent(question: CrowdQuestion) -> Silent:
    """Nothing about duration, or about a series that nobody had, in words."""
    entry = known(question.condition)
    says = entry.says[:1].upper() + entry.says[1:]
    series_unknown = entry.lasts == "weeks" and not entry.studied(question.infusions)
    return Silent(
        _asked(question),
        f"{entry.followed_says}. Of one infusion: {entry.says}." if series_unknown else f"{says}.",
        tuple(str(s) for s in entry.basis.sources),
        urgent=question.condition == "suicidal_ideation",
    )


def view(crowd: Crowd) -> View:
    """The page of a crowd."""
    question, responding = crowd.question, crowd.responding
    entry, given = known(question.condition), series()[question.infusions]
    sources = dict.fromkeys(str(s) for basis in (entry.basis, given.basis) for s in basis.sources)
    return View(
        asked=_asked(question),
        headline=f"About {responding.middle} of 100 respond. {_later(crowd)}",
        beyond=_beyond(crowd),
        panels=(
            _panel("After the infusions", responding.middle, responding.middle, "respond"),
            *(
                _panel(
                    f"{s.weeks} weeks later",
                    s.of_all.middle,
                    responding.middle,
                    "still respond",
                    followed=s.followed,
                )
                for s in crowd.still
            ),
        ),
        rows=(
            Row("After the infusions", responding.middle, _span(responding), "", followed=True),
            *(
                Row(
                    f"{s.weeks} weeks later",
                    s.of_all.middle,
                    _span(s.of_all),
                    f"{s.of_responders.middle}",
                    s.followed,
                )
                for s in crowd.still
            ),
        ),
        doubt=_doubt(responding, entry.inpatient_says if question.setting == "inpatient" else ""),
        judged=(
            f"A person responds when the score on {crowd.scale} has fallen by {crowd.response_fall:.0%} or more: on the day "
            "after the infusions, and again at the check of that week."
        ),
        claim=next(c.claim for c in claims() if c.id == _CLAIM),
        claim_words=_claim_words(crowd),
        not_known=_not_known(question),
        sources=tuple(sources),
    )


def _asked(question: CrowdQuestion) -> str:
    title = series()[question.infusions].title
    where = SETTING_WORDS[question.setting]
    each = "" if question.infusions == 1 else " each"
    return f"{CONDITION_WORDS[question.condition]}, {title}, 0.5 mg/kg{each}, {where[:1].lower() + where[1:]}"


def _panel(when: str, still: int, responded: int, verb: str, *, followed: bool = True) -> Panel:
    count = f"{still} of 100 {verb}"
    said = f"{when}{'' if followed else ', not followed'}: {count}"
    return Panel(when, count, mark_safe(people_svg(min(still, responded), responded, said)), followed)  # noqa: S308 - numbers and our own words


def _later(crowd: Crowd) -> str:
    """How many still respond, of the weeks alone for which people were followed."""
    last = crowd.last_followed
    if last is None:
        days = crowd.followed_days
        return f"How many still do weeks later nobody has seen: no study followed anybody for more than {days} days."
    middle = crowd.after(_MIDDLE_WEEKS)
    if last.weeks > middle.weeks:
        return (
            f"Without another infusion, about {middle.of_all.middle} still do after {middle.weeks} weeks and about "
            f"{last.of_all.middle} after {last.weeks}."
        )
    return (
        f"Without another infusion, about {last.of_all.middle} still do after {last.weeks} weeks; no study followed anybody "
        "much longer."
    )


def _beyond(crowd: Crowd) -> str:
    if all(one.followed for one in crowd.still):
        return ""
    return (
        f"For the pale weeks nobody was followed closely. {known(crowd.question.condition).followed_says}. What is shown for later weeks is "
        "the model carried on, not an observation."
    )


def _span(people: People) -> str:
    return f"{people.low} to {people.high}"


def _doubt(people: People, against: str) -> str:
    """The range in words, after what speaks against the numbers."""
    return (
        f"{against + '. ' if against else ''}"
        f"Nobody knows these numbers to the person. Of ten clinics like those in the studies, each with 100 people, nine "
        f"would see between {people.low} and {people.high} respond; the number in the middle is as likely too high as too low. "
        "Clinics differ from one another more than chance explains."
    )


def _claim_words(crowd: Crowd) -> str:
    found = crowd.after(_MONTHS_WEEKS)
    if not found.followed:
        return (
            "Nobody knows. No study of this condition followed people for three months without another infusion; the "
            f"{found.of_all.middle} of 100 shown for then (between {found.of_all.low} and {found.of_all.high}) are the model carried on. "
            "Nothing that was read supports the claim here."
        )
    share = found.of_responders.middle / 100
    ends = "most" if share < 0.5 else "some"
    return (
        f"After three months without another infusion about {found.of_all.middle} of 100 still respond (between "
        f"{found.of_all.low} and {found.of_all.high}): {one_in(share)} of those who responded at first. These people "
        "respond; remission, the total or near-total relief of the claim, asks for more, so that fewer have it. It is no promise "
        f"for anybody, and for {ends} of those who respond it ends earlier, unless it is kept up by further infusions or by other "
        "treatment."
    )


def _not_known(question: CrowdQuestion) -> tuple[str, ...]:
    entry = known(question.condition)
    return (
        f"About this condition: {entry.says}.",
        "How often a response is lost and found again. Studies that follow each responder count the first loss; the numbers here "
        "count whoever responds at the check of that week, also after a loss in between, so that they are higher.",
        "Which of the 100 a given person would be. This page says nothing about you or anyone you know.",
        "How many would have responded without the drug: some do in every study, from hope, care and time.",
        "How people fare who leave a study, and those whom studies leave out.",
        "What years of treatment do. Hardly any study followed people for longer than a year.",
    )
