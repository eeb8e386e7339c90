"""One set of facts from several sources: the newest of each fact counts, nothing disappears silently.

A record that is silent about an allergy does not take it back. A problem, medicine or allergy goes only when somebody
strikes it, and what is struck stays in its source.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from typing import TypeVar

from tenuto.core.gate import Level
from tenuto.core.intake.facts import (
    Allergy,
    Answer,
    Consent,
    Measurement,
    Medication,
    PatientFacts,
    Person,
    Problem,
    RecordedScore,
)
from tenuto.core.intake.labs import tests
from tenuto.core.intake.required import fact
from tenuto.core.intake.wording import words

__all__ = ["Entry", "SourcePart", "Struck", "merge", "row_id"]

Entry = Problem | Medication | Allergy
"""What is listed rather than answered."""
E = TypeVar("E", Problem, Medication, Allergy)
V = TypeVar("V", Measurement, RecordedScore)


class Struck:
    """Stands for a row that somebody took off the list."""


@dataclass(frozen=True, slots=True)
class SourcePart:
    """What one source says, and when it was recorded. `rows` are list entries by row id; `Struck` takes one off."""

    facts: PatientFacts
    at: datetime
    imported: bool = False
    rows: Mapping[str, Entry | Struck] = field(default_factory=dict)
    consents_end: datetime | None = None
    """When set, every consent signed until then was withdrawn."""


def row_id(entry: Entry) -> str:
    """The id under which an imported entry is listed: the same thing in two records has the same id."""
    codes = sorted(f"{c.system}|{c.code.strip()}" for c in entry.codings)
    said = codes or [" ".join(words(entry.text))]
    return hashlib.sha256("\n".join((type(entry).__name__, *said)).encode()).hexdigest()[:16]


def merge(person: Person, parts: Iterable[SourcePart]) -> PatientFacts:
    """All parts as one. `person` says who it is; only the sex is taken from the parts, the newest that states it."""
    ordered = sorted(parts, key=lambda part: part.at)
    imports = [part for part in ordered if part.imported]
    return PatientFacts(
        person=replace(person, sex=_newest_sex(ordered)),
        problems=_listed(ordered, Problem, lambda f: f.problems),
        medications=_listed(ordered, Medication, lambda f: f.medications),
        allergies=_listed(ordered, Allergy, lambda f: f.allergies),
        measurements=_united(ordered, lambda f: f.measurements, _same_value),
        scores=_united(ordered, lambda f: f.scores, _same_score),
        answers=_answers(ordered),
        consents=_consents(ordered),
        attempts=tuple(each for part in ordered for each in part.facts.attempts),
        struck=tuple(each for part in ordered for each in part.facts.struck),
        unreadable=(*(imports[-1].facts.unreadable if imports else ()), *_two_sexes(ordered)),
    )


def _two_sexes(parts: Sequence[SourcePart]) -> tuple[str, ...]:
    """That what was taken in names another than what was known, until a form here says which: it may be two people."""
    sexes: dict[str, None] = {}
    for part in parts:
        if part.facts.person.sex:
            sexes = {**(sexes if part.imported else {}), part.facts.person.sex: None}
    if len(sexes) <= 1:
        return ()
    named = " and as ".join(f"“{sex}”" for sex in sexes)
    return (
        f"The records give the sex as {named}. Find out whether all of them are of this person, and record the sex.",
    )


def _newest_sex(parts: Sequence[SourcePart]) -> str:
    return next((p.facts.person.sex for p in reversed(parts) if p.facts.person.sex), "")


def _listed(
    parts: Sequence[SourcePart], kind: type[E], of: Callable[[PatientFacts], tuple[E, ...]]
) -> tuple[E, ...]:
    """Entries by row id, a later source replacing an earlier one; rows of a form come last, whatever their time."""
    found: dict[str, E] = {}
    for part in parts:
        found.update((row_id(entry), entry) for entry in of(part.facts))
    for part in parts:
        for key, entry in part.rows.items():
            if isinstance(entry, kind):
                found[key] = entry
            elif isinstance(entry, Struck):
                found.pop(key, None)
    return tuple(found.values())


def _answers(parts: Sequence[SourcePart]) -> tuple[Answer, ...]:
    """Of one day, the answers given last; other days stay, because the newest day counts anyway.

    What is recorded here is given when it is recorded. A record that is taken in tells of an earlier hour, however late it
    comes: it takes no later answer's place, and where its hour is not known both stand and the worse one counts. Contrary results of a test both stand.
    """
    of_day: dict[tuple[str, date | None], list[tuple[SourcePart, Answer]]] = {}
    for part in parts:
        for answer in part.facts.answers:
            standing = of_day.setdefault((answer.fact, answer.taken), [])
            if part.imported and any(_is_later(given, answer) for _, given in standing):
                continue
            standing[:] = [
                (source, _kept_beside(earlier, answer))
                for source, earlier in standing
                if source is part
                or _stays(source, earlier, answer, part)
                or _is_graver_result(earlier, answer)
            ]
            standing.append((part, answer))
    return tuple(answer for pairs in of_day.values() for _, answer in pairs)


def _stays(source: SourcePart, standing: Answer, answer: Answer, part: SourcePart) -> bool:
    """Whether an answer of a day stays beside one that was recorded after it: until it is taken back, or where nobody knows
    which was given last."""
    if standing.stands or (answer.not_theirs and not standing.not_theirs):
        return True
    if not part.imported or source.imported:
        return _is_later(standing, answer)
    return standing.at is None or answer.at is None


def _kept_beside(earlier: Answer, answer: Answer) -> Answer:
    """Of two contrary results of one day the graver one, marked as what a later one does not take back."""
    return replace(earlier, stands=True) if _is_graver_result(earlier, answer) else earlier


def _is_graver_result(earlier: Answer, answer: Answer) -> bool:
    """Whether an earlier result of a test closes more than a later one of the same day. Which of the two is wrong nobody
    knows from the record alone, so both stay in sight and the safer one counts until a test of a later day."""
    if earlier.fact not in _tested() or str(earlier.value).casefold() == _REFUSED:
        return False
    levels = fact(earlier.fact).effects
    before, after = (levels.get(str(each.value).strip().casefold(), Level.PASS) for each in (earlier, answer))
    return before > after


_REFUSED = "refused"
"""A test that was not done says nothing against one that was done later."""


@cache
def _tested() -> frozenset[str]:
    return frozenset(test.fact for test in tests() if fact(test.fact).kind == "answer")


def _is_later(one: Answer, other: Answer) -> bool:
    return one.at is not None and other.at is not None and one.at > other.at


def _united(
    parts: Sequence[SourcePart], of: Callable[[PatientFacts], tuple[V, ...]], same: Callable[[V], Hashable]
) -> tuple[V, ...]:
    """Every value once, although two records repeat it; one record that holds a value twice keeps both."""
    kept: list[V] = []
    counted: Counter[Hashable] = Counter()
    for part in reversed(parts):
        here: Counter[Hashable] = Counter()
        for value in of(part.facts):
            here[same(value)] += 1
            if here[same(value)] > counted[same(value)]:
                kept.append(value)
        counted |= here
    return tuple(kept)


def _same_value(m: Measurement) -> Hashable:
    return (m.kind, m.value, m.taken, m.minute, m.estimated, m.unclear)


def _same_score(s: RecordedScore) -> Hashable:
    return (s.instrument, s.value, s.taken, s.items, s.at)


def _consents(parts: Sequence[SourcePart]) -> tuple[Consent, ...]:
    ends = [part.consents_end for part in parts if part.consents_end]
    last = max(ends, default=None)
    found: dict[Consent, None] = {}
    for part in parts:
        for consent in part.facts.consents:
            withdrawn = (
                last is not None
                and part.at <= last
                and (consent.signed is None or consent.signed <= last.date())
            )
            found[replace(consent, active=consent.active and not withdrawn)] = None
    return tuple(found)
