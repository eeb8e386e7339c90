"""Suicide triage: a level recorded by a clinician with what it rests on. A screen informs it; nothing is summed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from pathlib import Path

from tenuto.core.data import Table, data_file
from tenuto.core.scales.answers import Answers, check, missing
from tenuto.core.scales.definition import ScaleError
from tenuto.core.scales.reading import instrument
from tenuto.core.sentences import is_sentence
from tenuto.core.sources import Basis, basis_of

__all__ = [
    "SENTENCE",
    "LevelRule",
    "RiskLevel",
    "Screen",
    "Triage",
    "contradiction",
    "level_code",
    "level_rules",
    "level_version",
    "read_screen",
    "record",
]


SENTENCE = "Say what the level rests on, in a sentence: the interview, the screen, or who told you."


class RiskLevel(IntEnum):
    """The recorded level, in order. NONE is a finding of a person who asked, never the absence of an answer."""

    NONE = 0
    LOW = 1
    MODERATE = 2
    HIGH = 3


@dataclass(frozen=True, slots=True)
class LevelRule:
    """What a level means: its words, its LOINC answer code or empty, what follows, and the screen's answers."""

    level: RiskLevel
    title: str
    loinc: str
    action: str
    any_yes: tuple[str, ...]
    basis: Basis


@dataclass(frozen=True, slots=True)
class Screen:
    """What the screener's answers prove. `at_least` is None when too little was answered to say anything.

    While `missing` is not empty, the level may be higher; it is never lower.
    """

    at_least: RiskLevel | None
    missing: tuple[str, ...]
    positive: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """True when every question that applies was answered."""
        return not self.missing

    @property
    def text(self) -> str:
        """One sentence for the clinician who records the level."""
        if self.at_least is None:
            return f"No level follows yet: question {', '.join(self.missing)} not answered."
        words = self.at_least.name.lower()
        if self.complete:
            return f"The answers give the level {words}."
        return f"At least {words}: question {', '.join(self.missing)} not answered."


@dataclass(frozen=True, slots=True)
class Triage:
    """A level as recorded: by whom, when, on what it rests, and the screen if one was used."""

    level: RiskLevel
    rests_on: str
    by: str
    at: datetime
    rules: int
    screen: Screen | None = None

    @property
    def contradicted(self) -> str:
        """What the answers of the screen say where the level is below what they prove; empty where it is not."""
        return contradiction(self.level, self.screen)


@dataclass(frozen=True, slots=True)
class _Register:
    version: int
    loinc: str
    reason_words: int
    levels: Mapping[RiskLevel, LevelRule]


@data_file(Path(__file__).with_name("suicide_triage.toml"))
def _register(file: Table) -> _Register:
    levels = (_level(entry) for entry in file.tables("levels"))
    return _Register(
        file.whole("version"),
        file.text("loinc"),
        file.whole("reason_words"),
        {rule.level: rule for rule in levels},
    )


def _level(entry: Table) -> LevelRule:
    return LevelRule(
        entry.choice("level", RiskLevel),
        entry.text("title"),
        entry.text("loinc", ""),
        entry.text("action"),
        entry.words("any_yes", ()),
        basis_of(entry),
    )


def level_version() -> int:
    """The version of the triage rules, kept with every recorded level."""
    return _register().version


def level_code() -> str:
    """The LOINC code of the observation that carries a recorded level."""
    return _register().loinc


def level_rules() -> Mapping[RiskLevel, LevelRule]:
    """What each level means and what follows from it."""
    return _register().levels


def read_screen(answers: Answers) -> Screen:
    """What the answers of the C-SSRS screener (items 1 to 7; 0 no, 1 yes) prove.

    A missing answer never lowers the level and never counts as no. Raises ScaleError for an unknown item or answer.
    """
    screener = instrument("cssrs_screener")
    given = check(screener, answers)
    absent = missing(screener, given)
    positive = tuple(i for i, value in given.items() if value == 1)
    proven = [rule.level for rule in level_rules().values() if set(rule.any_yes) & set(positive)]
    at_least = max(proven, default=None if absent else RiskLevel.NONE)
    # Missing answers matter only while a yes to one of them would lead to a higher level.
    matter = at_least is None or any(_level_of(i) > at_least for i in absent)
    return Screen(at_least, absent if matter else (), positive)


def contradiction(level: RiskLevel, screen: Screen | None) -> str:
    """What the answers of a screen say where a level is below what they prove, in a sentence; empty where it is not."""
    if screen is None or screen.at_least is None or level >= screen.at_least:
        return ""
    asked = "question" if len(screen.positive) == 1 else "questions"
    said = f"yes to {asked} {', '.join(screen.positive)}"
    return f"C-SSRS screener: {said}, which gives the level {screen.at_least.name.lower()}."


def _level_of(item: str) -> RiskLevel:
    return max(rule.level for rule in level_rules().values() if item in rule.any_yes)


def record(*, level: RiskLevel, rests_on: str, by: str, at: datetime, screen: Screen | None = None) -> Triage:
    """A clinician's recorded level. Raises ScaleError when it can't stand as it is.

    It needs a name, a time with its zone and a sentence on what it rests on. A level below the one that the screen proves
    needs a reason of at least five words: the clinician may differ, but not silently. NONE needs a finished screen or
    the same reason.
    """
    if not by.strip():
        raise ScaleError("A suicide triage needs the name of the clinician who records it.")
    if at.tzinfo is None:
        raise ScaleError("A suicide triage needs a time with its zone.")
    if not is_sentence(rests_on):
        raise ScaleError(SENTENCE)
    words = rests_on.split()
    proven = screen.at_least if screen is not None else RiskLevel.NONE
    differs = screen is not None and (
        (proven is not None and level < proven) or (level is RiskLevel.NONE and not screen.complete)
    )
    if differs and screen is not None and len(words) < _register().reason_words:
        raise ScaleError(
            f"{screen.text} To record {level.name.lower()}, say why in at least {_register().reason_words} words."
        )
    return Triage(level, rests_on.strip(), by.strip(), at, level_version(), screen)
