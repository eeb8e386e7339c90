"""The conditions that ketamine is offered for, and which of them a person's record holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from tenuto.core.intake.codebook import Codebook, icd_prefixes
from tenuto.core.intake.facts import Problem, ProblemStatus
from tenuto.core.literature import table
from tenuto.core.sources import Basis, basis_from

__all__ = [
    "Condition",
    "Indication",
    "condition",
    "conditions",
    "indications",
    "named",
    "resembles",
    "stated_in",
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


@dataclass(frozen=True, slots=True)
class Indication:
    """A condition that the record holds, with the problems that say so."""

    condition: Condition
    problems: tuple[Problem, ...]
    in_remission: bool
    """True when every one of these problems is in remission."""


@cache
def conditions() -> tuple[Condition, ...]:
    """All conditions, best documented first."""
    return tuple(
        sorted(
            (
                Condition(
                    id=entry["id"],
                    title=entry["title"],
                    track=entry["track"],
                    rank=entry["rank"],
                    scales=tuple(entry["scales"]),
                    grade=entry["grade"],
                    summary=entry["summary"],
                    basis=basis_from(entry, where=f"conditions.toml {entry['id']}"),
                    template=entry.get("template", True),
                    on_request=entry.get("on_request", False),
                    under_study=entry.get("under_study", False),
                )
                for entry in table("conditions")["condition"]
            ),
            key=lambda c: c.rank,
        )
    )


@cache
def _codebook() -> Codebook:
    return Codebook(table("conditions")["condition"])


@cache
def _remission_codes() -> frozenset[str]:
    codes = (c for entry in table("conditions")["condition"] for c in entry.get("icd10cm_remission", ()))
    return frozenset(code.replace(".", "") for code in codes)


def condition(condition_id: str) -> Condition:
    """The condition with this id; ValueError names an unknown one and lists those that exist."""
    for item in conditions():
        if item.id == condition_id:
            return item
    known = ", ".join(c.id for c in conditions())
    raise ValueError(f"'{condition_id[:40]}' is not a condition that is known here. Use one of {known}.")


def named(problem: Problem) -> frozenset[str]:
    """The ids of the conditions that a problem is, whatever its status: by known code or whole name, never by a word in it."""
    return _codebook().identified(problem) if problem.certain else frozenset()


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
    return any(prefix in _remission_codes() for coding in problem.codings for prefix in icd_prefixes(coding))
