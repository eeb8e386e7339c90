"""A condition, a risk or a reaction that is told as an Observation: in its code with a yes, or in its value. It only closes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from tenuto.clinic.interop.fhir import tables
from tenuto.clinic.interop.fhir.elements import Element, Remarks
from tenuto.clinic.interop.fhir.unjudged import fact_named, said_of
from tenuto.core.intake.allergies import speaks_of_it
from tenuto.core.intake.contraindications import closing
from tenuto.core.intake.facts import Coding, Problem, ProblemStatus
from tenuto.core.intake.required import fact
from tenuto.core.intake.terminology import pressures_told, signs_of, spoken_of, stands_for_nothing
from tenuto.core.intake.wording import names_family
from tenuto.core.sentences import inside

__all__ = ["told"]


@dataclass(frozen=True, slots=True)
class _Said:
    """One part of an Observation: what it is about, and what it says of that."""

    codes: tuple[Coding, ...]
    name: str
    values: tuple[Coding, ...]
    words: tuple[str, ...]
    negative: bool
    """It says that there is none."""
    plain: bool
    """It says no more than yes."""
    normal: bool
    """The laboratory says that it is normal."""
    shown: str = ""
    """Its value as it was sent."""


def told(observation: Element, remarks: Remarks) -> tuple[tuple[Problem, ...], frozenset[int]]:
    """What an Observation tells of conditions, beside facts by their own code. Everything else that could matter is said.

    And the parts, by identity, of which something was told or said.
    """
    problems: list[Problem] = []
    spoken: set[int] = set()
    for part in _parts(observation):
        if tables.rule_for(part.codings("code")[0]) is None:
            said = _said(part)
            if not said.negative:
                found = list(_problems(said, observation.where))
                problems += found
                if found or _remark(said, observation.where, fact_named(part), remarks):
                    spoken.add(id(part.raw))
    return tuple(problems), frozenset(spoken)


def _parts(observation: Element) -> tuple[Element, ...]:
    """The parts that say something: not the head of a panel whose values are known parts of it."""
    components = observation.all("component")
    own = any(name.startswith("value") or name == "interpretation" for name in observation.raw)
    known = any(tables.rule_for(part.codings("code")[0]) is not None for part in components)
    return tuple(components) if known and not own else (observation, *components)


def _said(part: Element) -> _Said:
    codes, name = part.codings("code")
    name = name or next((c.display for c in codes if c.display), "")
    values, text = part.codings("valueCodeableConcept")
    words = [text, *(c.display for c in values), part.text("valueString")]
    meant = {tables.word(code) for code in values} | {tables.answer_word(word) for word in words}
    flag = part.flag("valueBoolean")
    quantity = part.one("valueQuantity")
    number = quantity.number("value") if quantity else part.number("valueInteger")
    negative = (
        flag is False
        or bool(meant & {"no", "negative", "normal"})
        or number == 0
        or part.has("dataAbsentReason")
        or stands_for_nothing((*codes, *values), text or part.text("valueString"))
    )
    plain = flag is True or bool(meant & {"yes", "positive"})
    told = tuple(dict.fromkeys(word for word in words if word and tables.answer_word(word) == ""))
    return _Said(codes, name, values, told, negative, plain, _is_normal(part, number), said_of(part))


def _is_normal(part: Element, number: Decimal | None) -> bool:
    """Whether the laboratory says that a result is normal: by its flag, else by its own range."""
    flags = {tables.word(code) for each in part.all("interpretation") for code in each.concept()[0]}
    if flags:
        return flags <= {"normal", "negative"}
    ranges = [(each.one("low"), each.one("high")) for each in part.all("referenceRange")]
    limits = [
        (low.number("value") if low else None, high.number("value") if high else None) for low, high in ranges
    ]
    if number is None or len(limits) != 1 or limits[0] == (None, None):
        return False
    low, high = limits[0]
    return (low is None or number >= low) and (high is None or number <= high)


def _problems(said: _Said, origin: str) -> Iterator[Problem]:
    """The value as a diagnosis, or the code with a yes; of a relative where the code says so. Never certain."""
    relative = names_family(said.name)
    for text in said.words:
        problem = _problem(
            f"Family history of {text}" if relative else text, () if relative else said.values, origin
        )
        if closing(problem):
            yield problem
            return
    if said.words:
        return
    # A fact under another code with a yes, such as a test, is for a person to read; a condition with a yes is one.
    named = said.plain and not relative and not spoken_of((said.name,)) & _TESTED
    coded = tuple(replace(code, display="") for code in said.codes) if said.plain and not relative else ()
    for problem in (
        _problem("", said.values, origin),
        _problem(said.name if named else "", coded, origin),
    ):
        if closing(problem):
            yield replace(problem, text=said.name or problem.text)
            return


def _problem(text: str, codings: tuple[Coding, ...], origin: str) -> Problem:
    shown = text or next((c.display or c.code for c in codings), "")
    return Problem(shown, codings, ProblemStatus.ACTIVE, origin=origin, certain=False)


def _remark(said: _Said, origin: str, named: str, remarks: Remarks) -> bool:
    """What is no diagnosis for certain, and that a person looks at: a fact under another code, a risk, ketamine.

    `named` is the fact whose whole name the part bears.
    """
    texts = [said.name, *(code.display for code in said.codes)]
    facts = (
        (spoken_of(texts) - (_FINDINGS if said.normal else frozenset()))
        | (signs_of(said.codes) - (_TESTS if said.normal else frozenset()))
        | (spoken_of(said.words) & _RISK)
        | ({"blood_pressure"} if any(map(pressures_told, said.words)) else frozenset())
        | ({named} - {""})
    )
    if facts:
        what = ", ".join(sorted(inside(fact(name).title) for name in facts))
    elif closing(_problem(said.name, said.codes, origin)) or speaks_of_it(said.values, said.words):
        what = "a contraindication"
    else:
        return False
    value = f": {said.words[0][:80]}" if said.words else f": {said.shown}" if said.shown else ""
    remarks.add(
        f"{origin} (“{(said.name or 'without a name')[:80]}{value}”) may be about {what}, but its code is not known here; not used. "
        "Look at it and record it by hand."
    )
    return True


_TESTED = frozenset(("pregnancy.test", "lab.drug_screen", "suicide.screen"))
"""Facts whose test is called like what it looks for: a yes may only say that it was done."""
_TESTS = frozenset(("lab.ecg", "lab.urinalysis", "lab.tsh"))
"""What a normal result says nothing of."""
_FINDINGS = frozenset(("history.cardiovascular", "history.raised_icp"))
"""What is only told where it is not normal."""
_RISK = frozenset(("suicide.screen", "ketamine_misuse", "capacity"))
