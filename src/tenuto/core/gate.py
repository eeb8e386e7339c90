"""Gates judge intentions: PASS, REVIEW, BLOCK or REFUSE, each with its reasons. Missing is never PASS."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from tenuto.core.sentences import is_sentence
from tenuto.core.sources import Basis

__all__ = ["Authority", "Finding", "Gate", "GateClosed", "Level", "Override"]


class Level(IntEnum):
    """How far a gate is closed, in order. The worst finding decides."""

    PASS = 0
    REVIEW = 1
    BLOCK = 2
    REFUSE = 3

    @property
    def opened_by(self) -> str:
        """Who may go on all the same, in words."""
        return _OPENED_BY[self]

    @property
    def beside_another(self) -> str:
        """The same where something else opens it, too."""
        return _OPENED_BY[self].removeprefix("only ")


_OPENED_BY = {
    Level.PASS: "nothing to decide",
    Level.REVIEW: "a named prescriber, with a typed reason",
    Level.BLOCK: "only a medical director's exception, with a typed reason",
    Level.REFUSE: "nobody; correct the facts first",
}


class Authority(StrEnum):
    """In which capacity a person overrides a gate."""

    PRESCRIBER = "prescriber"
    MEDICAL_DIRECTOR = "medical_director"


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason: a stable code, a level, a sentence for a person, and what it rests on."""

    code: str
    level: Level
    message: str
    basis: Basis
    fact: str = ""
    """Id of the fact that was judged or is missing; empty when the finding is about the whole."""
    missing: bool = False
    """True when the finding is about something not recorded."""
    opens_with: str = ""
    """What lets it go on where its level does not say that, such as a new consent; empty as a rule."""

    @property
    def opened_by(self) -> str:
        """What lets it go on, in words."""
        return self.opens_with or self.level.opened_by


def _danger(finding: Finding) -> tuple[int, bool, bool, bool, str, str]:
    """The order in which findings are read: the worst level; what was found before what lacks; a risk of suicide before any
    other finding about the person, and those before findings about the plan as a whole."""
    about_suicide = finding.fact.startswith("suicide.")
    return (
        -finding.level,
        finding.missing,
        not about_suicide,
        not finding.fact,
        finding.code,
        finding.message,
    )


@dataclass(frozen=True, slots=True)
class Override:
    """A person's reasoned decision to go on past a gate."""

    by: str
    authority: Authority
    reason: str
    at: datetime


class GateClosed(Exception):
    """The gate does not open for this override; the message says what would open it."""

    def __init__(self, gate: Gate, message: str) -> None:
        super().__init__(message)
        self.gate = gate


@dataclass(frozen=True, slots=True)
class Gate:
    """The findings about one intention, worst first, and the level that follows from them."""

    findings: tuple[Finding, ...] = field(default=())

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> Gate:
        """Order findings worst first, of one level the most dangerous; the same finding twice counts once."""
        unique = dict.fromkeys(findings)
        return cls(tuple(sorted(unique, key=_danger)))

    @property
    def level(self) -> Level:
        """The level of the worst finding; PASS when there is none."""
        return max((f.level for f in self.findings), default=Level.PASS)

    @property
    def opened_by(self) -> str:
        """Every way past the worst of it, in words."""
        ways = list(dict.fromkeys(f.opened_by for f in self.at(self.level)))
        if len(ways) < 2:
            return ways[0] if ways else self.level.opened_by
        exception = self.level.beside_another
        or_exception = f", or {exception}"
        part = [way.removesuffix(or_exception) for way in ways if way.endswith(or_exception)]
        alone = [way for way in ways if way != self.level.opened_by and not way.endswith(or_exception)]
        rest = [f"{exception}{', for the rest' if alone else ''}"] if len(ways) > len(alone) else []
        return "; and ".join([*alone, *rest]) + "".join(f"; for a part of it also {way}" for way in part)

    def __add__(self, other: Gate) -> Gate:
        return Gate.of(self.findings + other.findings)

    def at(self, level: Level) -> tuple[Finding, ...]:
        """The findings of exactly this level."""
        return tuple(f for f in self.findings if f.level is level)

    def require(self, override: Override | None = None) -> Gate:
        """Return the gate if the intention may go on, else raise `GateClosed`.

        REVIEW opens for a prescriber or a medical director, BLOCK for a medical director, both only with a
        reason that is a sentence; REFUSE opens for nobody.
        """
        level = self.level
        if level is Level.PASS:
            return self
        reasons = " ".join(f.message for f in self.at(level))
        if level is Level.REFUSE:
            raise GateClosed(self, f"This can't go on: {reasons}")
        enough = {Authority.MEDICAL_DIRECTOR} if level is Level.BLOCK else set(Authority)
        if (
            override is None
            or override.authority not in enough
            or not is_sentence(override.reason)
            or not override.by.strip()
        ):
            raise GateClosed(self, f"{level.name}: {reasons} It opens for {self.opened_by}.")
        return self
