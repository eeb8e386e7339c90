"""What differs between two states of what is known about a person, fact by fact and in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from tenuto.core.dates import say_date
from tenuto.core.intake.difference import Difference
from tenuto.core.intake.facts import (
    Allergy,
    Answer,
    Coding,
    Consent,
    Measurement,
    Medication,
    PatientFacts,
    Person,
    Problem,
    RecordedScore,
    StruckResult,
    SuicideAttempt,
)
from tenuto.core.intake.measures import measure_title
from tenuto.core.intake.required import facts as register
from tenuto.core.intake.risk_questions import score_name
from tenuto.core.scales.reading import find
from tenuto.core.units import plain

__all__ = ["FactSaid", "facts_changes", "facts_said", "without_origins"]


def facts_changes(before: PatientFacts, after: PatientFacts) -> tuple[Difference, ...]:
    """Every difference between two states, by fact; empty exactly when `without_origins` of both are the same facts.

    Where a fact was read is no difference: the same answer from another form is the same fact.
    """
    old, new = _said(before), _said(after)
    return tuple(
        Difference(what, "; ".join(sorted((old[what] - new[what]).elements())), "; ".join(sorted((new[what] - old[what]).elements())))
        for what in {**old, **new}
        if old[what] != new[what]
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class FactSaid:
    """One recorded fact in words: what it is, its value with unit and date, and where it was read."""

    kind: str
    """The name of its collection in `PatientFacts`."""
    what: str
    words: str
    origin: str


def facts_said(facts: PatientFacts) -> tuple[FactSaid, ...]:
    """Every recorded fact but who it is, kind by kind, the newest first; a value without a date says so."""
    return tuple(
        FactSaid(name, what, f"{words}, without a date" if _lacks_day(each) else words, each.origin)
        for name, said in _COLLECTIONS.items()
        for each in sorted(getattr(facts, name), key=_day, reverse=True)
        for what, words in (said(_as_shown(each)),)
    )


def _as_shown(each: Any) -> Any:
    """What was converted to two decimals; what was sent stands beside it as it was sent."""
    if isinstance(each, Measurement) and each.original:
        return replace(each, value=round(each.value, 2))
    return each


def _day(each: Any) -> date:
    return getattr(each, "taken", None) or date.min


def _lacks_day(each: Any) -> bool:
    return isinstance(each, Measurement | RecordedScore | Answer) and each.taken is None


def without_origins(facts: PatientFacts) -> PatientFacts:
    """The same facts without where each was read: what a digest of facts is taken over."""
    bare: dict[str, Any] = {
        name: tuple(replace(each, origin="") for each in getattr(facts, name)) for name in _COLLECTIONS
    }
    return replace(facts, **bare)


class _Said(dict[str, Counter[str]]):
    """Wordings by what they are about; nothing said counts as an empty list."""

    def __missing__(self, key: str) -> Counter[str]:
        return Counter()


def _said(facts: PatientFacts) -> _Said:
    found = _Said()
    for what, words in (
        *_person(facts.person),
        *_entries(facts),
        *(("Not readable", t) for t in facts.unreadable),
    ):
        found.setdefault(what, Counter())[words] += 1
    return found


def _person(person: Person) -> Iterator[tuple[str, str]]:
    yield "Name", person.name
    yield "Birth date", say_date(person.birth_date) if person.birth_date else ""
    yield "Sex", person.sex
    for identifier in person.identifiers:
        yield "Identifier", str(identifier)


def _entries(facts: PatientFacts) -> Iterator[tuple[str, str]]:
    for name, words in _COLLECTIONS.items():
        for each in getattr(facts, name):
            yield words(each)


def _problem(each: Problem) -> tuple[str, str]:
    dated = [_when("since ", each.onset), _when("until ", each.ended)]
    return "Problem", _line(each.text, _codes(each.codings), each.status.value, each.severity, *dated)


def _medication(each: Medication) -> tuple[str, str]:
    return "Medicine", _line(
        each.text, _codes(each.codings), each.dose, _when("last taken ", each.last_taken)
    )


def _allergy(each: Allergy) -> tuple[str, str]:
    return "Allergy", _line(each.text, _codes(each.codings), each.reaction)


def _measurement(each: Measurement) -> tuple[str, str]:
    limit = "" if each.reference_high is None else f"normal up to {plain(each.reference_high)}"
    how = [
        each.original and f"sent as {each.original}",
        "estimated" if each.estimated else "",
        each.unclear,
        limit,
    ]
    value = f"{plain(each.value)} {_units().get(each.kind, '')}".strip()
    return _kinds().get(each.kind, each.kind), _line(value, _when("", each.taken), each.minute, *how)


def _score(each: RecordedScore) -> tuple[str, str]:
    items = ", ".join(f"{item}: {value}" for item, value in each.items)
    scale = find(each.instrument)
    if scale is None:
        return score_name(each.instrument), _line(
            plain(each.value), _when("", each.taken), items and f"items {items}"
        )
    # Two spellings of one scale are two facts, and a difference between them must show.
    spelt = "" if each.instrument == scale.id else f"sent as {each.instrument}"
    return scale.title, _line(plain(each.value), _when("", each.taken), items and f"items {items}", spelt)


def _answer(each: Answer) -> tuple[str, str]:
    return _titles().get(each.fact, each.fact), _line(_value(each.value), each.detail, _when("", each.taken))


def _consent(each: Consent) -> tuple[str, str]:
    state = "in force" if each.active else "refused" if each.refused else "not in force"
    return "Consent", _line(state, _when("signed ", each.signed), each.indication, each.version)


def _struck(each: StruckResult) -> tuple[str, str]:
    what = f"{_titles().get(each.fact, each.fact)}, struck"
    return what, _line(each.value, _when("", each.taken), f"{each.by}, {say_date(each.on)}: {each.why}")


def _attempt(each: SuicideAttempt) -> tuple[str, str]:
    return "Suicide attempt", _line(say_date(each.on), _when("recorded ", each.taken))


_COLLECTIONS: Mapping[str, Callable[[Any], tuple[str, str]]] = {
    "problems": _problem,
    "medications": _medication,
    "allergies": _allergy,
    "measurements": _measurement,
    "scores": _score,
    "answers": _answer,
    "consents": _consent,
    "attempts": _attempt,
    "struck": _struck,
}


def _line(*parts: str) -> str:
    return ", ".join(filter(None, parts))


def _codes(codings: Iterable[Coding]) -> str:
    return ", ".join(f"{each.system} {each.code} {each.display}".rstrip() for each in codings)


def _when(words: str, day: date | None) -> str:
    return f"{words}{say_date(day)}" if day else ""


def _value(value: bool | Decimal | date | str) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return plain(value)
        case date():
            return say_date(value)
    return value


@cache
def _titles() -> Mapping[str, str]:
    return {item.id: item.title for item in register()}


@cache
def _kinds() -> Mapping[str, str]:
    """The title of each kind of measurement, by the fact that it belongs to; of one of several, its own."""
    named: dict[str, str] = {}
    for item in register():
        for measure in item.measures:
            named[measure.kind] = item.title if len(item.measures) == 1 else measure_title(measure.kind)
    return named


@cache
def _units() -> Mapping[str, str]:
    return {measure.kind: measure.unit for item in register() for measure in item.measures}
