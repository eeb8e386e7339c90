"""The conditions that ketamine is offered for, and which of them a person's record holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tenuto.core.data import Table, data_file
from tenuto.core.intake import contraindications
from tenuto.core.intake.codebook import Codebook, icd_prefixes, texts_of
from tenuto.core.intake.coded_entries import recognised_by, without_points
from tenuto.core.intake.facts import Coding, Problem, ProblemStatus
from tenuto.core.intake.icd10cm import titles
from tenuto.core.intake.wording import words
from tenuto.core.literature import ROOT
from tenuto.core.sources import Basis, basis_of

__all__ = [
    "Condition",
    "Indication",
    "by_code",
    "condition",
    "conditions",
    "indications",
    "named",
    "not_compared",
    "resembles",
    "stated_in",
    "told_otherwise",
]

PSYCHIATRIC, PAIN = "psychiatric", "pain"


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition with what is known about ketamine in it."""

    id: str
    title: str
    track: str
    """`psychiatric` or `pain`."""
    rank: int
    """Best documented first."""
    scales: tuple[str, ...]
    """Instruments of which one gives the baseline, in the spelling of `instrument_key`."""
    grade: str
    summary: str
    basis: Basis
    template: bool = True
    """False when the condition is named but has no protocol here."""
    on_request: bool = False
    """True when it counts as a reason for treatment only if asked for by name."""
    under_study: bool = False
    accompanies: frozenset[str] = frozenset()
    """The conditions that it comes with: a consent to treat one of them covers it."""
    resistant: bool = False
    """True when what is known is from people whom earlier treatment did not help."""


@dataclass(frozen=True, slots=True)
class Indication:
    """A condition that the record holds, with the problems that say so."""

    condition: Condition
    problems: tuple[Problem, ...]
    in_remission: bool
    """True when every one of these problems is in remission."""


@dataclass(frozen=True, slots=True)
class _Register:
    conditions: tuple[Condition, ...]
    recognised_by: tuple[Mapping[str, Any], ...]
    remission_codes: frozenset[str]


@data_file(ROOT / "conditions.toml")
def _register(file: Table) -> _Register:
    entries = file.tables("condition")
    return _Register(
        tuple(sorted((_condition(entry) for entry in entries), key=lambda c: c.rank)),
        tuple(recognised_by(entry, entry.text("id")) for entry in entries),
        frozenset().union(*(without_points(entry.words("icd10cm_remission", ())) for entry in entries)),
    )


def _condition(entry: Table) -> Condition:
    return Condition(
        id=entry.text("id"),
        title=entry.text("title"),
        track=entry.text("track"),
        rank=entry.whole("rank"),
        scales=entry.words("scales"),
        grade=entry.text("grade"),
        summary=entry.text("summary"),
        basis=basis_of(entry),
        template=entry.flag("template", True),
        on_request=entry.flag("on_request"),
        under_study=entry.flag("under_study"),
        accompanies=frozenset(entry.words("accompanies", ())),
        resistant=entry.flag("resistant"),
    )


def conditions() -> tuple[Condition, ...]:
    """All conditions, best documented first."""
    return _register().conditions


@cache
def _codebook() -> Codebook:
    return Codebook(_register().recognised_by)


def condition(condition_id: str) -> Condition:
    """The condition with this id; ValueError names an unknown one and lists those that exist."""
    for item in conditions():
        if item.id == condition_id:
            return item
    known = ", ".join(c.id for c in conditions())
    raise ValueError(f"'{condition_id[:40]}' is not a condition that is known here. Use one of {known}.")


def by_code(coding: Coding) -> tuple[str, ...]:
    """The ids of the conditions whose codes hold this one."""
    return _codebook().by_code(coding)


def named(problem: Problem) -> frozenset[str]:
    """The ids of the conditions that a problem is, whatever its status: by known code or whole name, never by a word in it.

    Of one whose text says something else than its code, none.
    """
    if not problem.certain or told_otherwise(problem):
        return frozenset()
    return _codebook().identified(problem)


def told_otherwise(problem: Problem) -> str:
    """The text of a problem that says something else than its code: another condition, or an illness that a rule knows.

    Empty where the code is of no condition, and where nothing else is known of the text.
    """
    found = (text for text in _beside_the_code(problem) if _is_something_else(text))
    return next(found, "")


def not_compared(problem: Problem) -> str:
    """The text of a coded problem whose words say nothing that is known here, so that nobody has compared the two."""
    return next((text for text in _beside_the_code(problem) if not _is_something_else(text)), "")


def _beside_the_code(problem: Problem) -> Iterator[str]:
    """Each text that does not speak of what the code stands for, and is no official title of it."""
    coded = _codebook().coded(problem)
    if not coded:
        return
    for text in texts_of(problem):
        spoken = {match.entry for match in _codebook().matches(Problem(text))}
        if not coded & spoken and not coded & _titled().get(" ".join(words(text)), frozenset()):
            yield text


def _is_something_else(text: str) -> bool:
    alone = Problem(text)
    return bool(_codebook().matches(alone)) or contraindications.recognised(alone)


@cache
def _titled() -> Mapping[str, frozenset[str]]:
    """The conditions of each official title."""
    found: dict[str, frozenset[str]] = {}
    for code, title in titles().items():
        key = " ".join(words(title))
        found[key] = found.get(key, frozenset()) | frozenset(by_code(Coding("icd10cm", code)))
    return found


def resembles(problem: Problem) -> frozenset[str]:
    """The ids of the conditions that a problem speaks of without being one of them for certain; to be looked at."""
    return frozenset(m.entry for m in _codebook().matches(problem)) - named(problem)


def stated_in(text: str) -> frozenset[str]:
    """The ids of the conditions that a text states, such as the title of a consent."""
    return _codebook().mentioned_in(text)


def indications(problems: Iterable[Problem]) -> tuple[Indication, ...]:
    """The conditions that problems which are active or in remission are, best documented first.

    A word in a text never makes an indication; resolved, refuted and unconfirmed problems don't either.
    """
    held: dict[str, list[Problem]] = {}
    for problem in sorted(problems, key=repr):
        if problem.status in (ProblemStatus.ACTIVE, ProblemStatus.REMISSION):
            for name in named(problem):
                held.setdefault(name, []).append(problem)
    return tuple(
        Indication(item, tuple(held[item.id]), all(_remitted(p) for p in held[item.id]))
        for item in conditions()
        if item.id in held
    )


def _remitted(problem: Problem) -> bool:
    if problem.status is ProblemStatus.REMISSION:
        return True
    return any(
        prefix in _register().remission_codes for coding in problem.codings for prefix in icd_prefixes(coding)
    )
