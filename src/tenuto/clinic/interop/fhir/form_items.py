"""Which question an item of a form is, when its linkId is the sender's own: by a code, by its words, by its place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tenuto.clinic.interop.fhir import suicide_screen, tables
from tenuto.clinic.interop.fhir.elements import Element
from tenuto.clinic.interop.fhir.tables import Scale
from tenuto.core.intake.scores import instrument_key
from tenuto.core.intake.terminology import spoken_of

__all__ = [
    "Looks",
    "answered_by_another",
    "asks_otherwise",
    "code_of",
    "is_beside",
    "looks_like",
    "speaks_of_suicide",
]

_LOINC = re.compile(r"(?<![0-9])[0-9]{4,6}-[0-9](?![0-9])", re.ASCII)
_PLACE = re.compile(r"(?:q|item|question|answer|i)?0*([1-9][0-9]?)\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Looks:
    """What a form that could not be read looks like: a scale's id, or none that is known."""

    scale: Scale | None
    title: str


def is_known(link: str) -> bool:
    """True for a linkId that is a code or name of something that is asked for."""
    return (
        link in suicide_screen.QUESTIONS
        or any(link in scale.items for scale in tables.scales().values())
        or tables.by_loinc(link) is not None
        or tables.scale(link) is not None
        or tables.question(link) is not None
    )


def code_of(item: Element, form: str) -> str:
    """The known code of an item; empty when none can be told for certain. `form` is what the form is called."""
    link = item.text("linkId")
    tail = link.rstrip("/").rpartition("/")[2]
    if is_known(tail):
        return tail
    found = {
        code for text in (link, item.text("definition")) for code in _LOINC.findall(text) if is_known(code)
    }
    found = found or set(tables.items_told(item.text("text"))) or _by_place(tail, form)
    return found.pop() if len(found) == 1 else ""


def asks_otherwise(item: Element, code: str) -> str:
    """The code of the other question that the words of a scale's item ask; empty when they ask the same, or can't be told."""
    scale = next((each for each in tables.scales().values() if code in each.items), None)
    if scale is None:
        return ""
    kept = [each for each, _ in scale.kept]
    told = tables.items_told(item.text("text"))
    if told and code not in told:
        return min(told, key=lambda each: (each not in kept, each))
    of_suicide = "suicide.screen" in spoken_of((item.text("text"),))
    return kept[0] if kept and of_suicide and code not in (*kept, *told) else ""


def answered_by_another(response: Element) -> str:
    """The relative or other person who answered a form; empty where the person or a clinician did, or nobody is named."""
    for name in ("source", "author"):
        who = response.one(name)
        if who is None:
            continue
        address = who.text("reference")
        if "RelatedPerson" in (who.text("type"), *address.split("/")[-2:-1]):
            return f"{address} ({who.text('display')})" if who.text("display") else address or "a relative"
    return ""


_AFTER_THE_ITEMS = frozenset(("69722-7",))
"""What forms ask beside their items and nothing rests on: how difficult the problems of the PHQ-9 made life."""


def is_beside(item: Element) -> bool:
    """Whether an item is a known question that nothing rests on, answered without words about suicide."""
    codes = {code for text in (item.text("linkId"), item.text("definition")) for code in _LOINC.findall(text)}
    said = [each.text("valueString") for each in item.all("answer")]
    return bool(codes & _AFTER_THE_ITEMS) and not speaks_of_suicide(item) and not spoken_of(said)


def _by_place(link: str, form: str) -> set[str]:
    """`phq9-3` is the third item, and so is `q3` in a form that calls itself PHQ-9."""
    key, named = instrument_key(link), tables.scales_told(form)
    found = set()
    for scale in tables.scales().values():
        own = instrument_key(scale.instrument)
        rest = key.removeprefix(own) if key.startswith(own) else key if scale.instrument in named else ""
        place = _PLACE.match(rest)
        if place and scale.items and int(place[1]) <= len(scale.items):
            found.add(scale.items[int(place[1]) - 1])
    return found


def speaks_of_suicide(item: Element) -> bool:
    """True when an item's words are about suicide or self-harm."""
    return "suicide.screen" in spoken_of((item.text("text"), item.text("linkId")))


def looks_like(unknown: Sequence[Element], form: str) -> Looks:
    """Which scale a form is, by its name or by the answers that only such a form has."""
    named = [tables.scales()[name] for name in sorted(tables.scales_told(form))]
    if not named:
        answers = [_answer_code(item) for item in unknown]
        named = [
            scale
            for scale in tables.scales().values()
            if scale.answer_codes and sum(a in scale.answer_codes for a in answers) >= len(scale.items)
        ]
    # The one with the question about suicide comes first: what can't be told apart is taken as the worse.
    named.sort(key=lambda scale: not scale.kept)
    return Looks(named[0], named[0].title) if named else Looks(None, "form")


def _answer_code(item: Element) -> str:
    coding = next((c for a in item.all("answer") if (c := a.one("valueCoding"))), None)
    return coding.text("code") if coding else ""
