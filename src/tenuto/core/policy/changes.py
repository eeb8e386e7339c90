"""What differs between two versions of a policy, limit by limit, and whether a version can be worked with at all."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tenuto.core.policy import WEEKDAYS, Limit, Policy, PolicyError
from tenuto.core.sentences import shortened, without_unseen

__all__ = ["LimitChange", "SettingChange", "changes", "check_usable", "check_words", "setting_changes"]

LONGEST_ID, LONGEST_TITLE = 80, 200
ID = re.compile(rf"[A-Za-z0-9](?:[A-Za-z0-9._-]{{0,{LONGEST_ID - 2}}}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class LimitChange:
    """One limit in both versions; None where a version doesn't have it."""

    key: str
    old: Limit | None
    new: Limit | None

    @property
    def title(self) -> str:
        """The newer title."""
        found = self.new or self.old
        return found.title if found else self.key

    @property
    def kind(self) -> str:
        """What happened to it, in words."""
        if self.old is None:
            return "Added"
        if self.new is None:
            return "Taken out"
        if not self.moves_value:
            return "Words or source"
        return "Choice" if self.new.word else "Number"

    @property
    def moves_value(self) -> bool:
        """True when the number, its unit or the word chosen differs; otherwise only the title or what it rests on."""
        return self._number(self.old) != self._number(self.new)

    @staticmethod
    def _number(limit: Limit | None) -> object:
        return (limit.value, limit.unit, limit.word) if limit else None


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A setting that is no limit, in words: title, days of work, holidays."""

    title: str
    old: str
    new: str


def changes(old: Policy, new: Policy) -> tuple[LimitChange, ...]:
    """The limits that differ in anything, changed numbers first, then by key. Empty when all are the same."""
    keys = old.limits.keys() | new.limits.keys()
    found = [LimitChange(key, old.limits.get(key), new.limits.get(key)) for key in keys]
    return tuple(
        sorted((c for c in found if c.old != c.new), key=lambda change: (not change.moves_value, change.key))
    )


def setting_changes(old: Policy, new: Policy) -> tuple[SettingChange, ...]:
    """The other settings that differ."""
    return tuple(
        SettingChange(title, before, after)
        for (title, before), (_, after) in zip(_settings(old), _settings(new), strict=True)
        if before != after
    )


def _settings(policy: Policy) -> Iterator[tuple[str, str]]:
    yield "Title", policy.title
    yield "Days of work", ", ".join(WEEKDAYS[day].capitalize() for day in policy.clinic_days)
    yield "Holidays", ", ".join(str(day) for day in policy.holidays) or "none"


def check_usable(policy: Policy, *, like: Policy) -> None:
    """Raise PolicyError unless `policy` has the limits of `like`, each in the same unit, and no others.

    A rule that finds no limit can't judge, and a misspelt limit would be read by nobody.
    """
    lacking = sorted(like.limits.keys() - policy.limits.keys())
    if lacking:
        raise PolicyError(f"The file lacks limits that the rules need: {', '.join(lacking)}. Add them.")
    unknown = sorted(policy.limits.keys() - like.limits.keys())
    if unknown:
        raise PolicyError(
            f"No rule reads these limits: {', '.join(unknown)}. Correct their names or take them out."
        )
    for key, limit in sorted(policy.limits.items()):
        if limit.unit != like.limits[key].unit:
            raise PolicyError(
                f"[limits.{key}] is in '{limit.unit}'; the rules compute in '{like.limits[key].unit}'. Convert the value."
            )


def check_words(text: str) -> None:
    """Raise PolicyError for a file, in TOML, of which two people could read different things: what they sign is what they see.

    Its id is one word that a file can be called; its title is one line; and nowhere are characters that nobody sees.
    """
    raw = tomllib.loads(text)
    name = str(raw.get("id", ""))
    if not ID.fullmatch(name):
        raise PolicyError(
            f"The id is '{shortened(without_unseen(name), 40)}'. Give 1 to {LONGEST_ID} letters and digits, with . _ or - between them."
        )
    if not 0 < len(str(raw.get("title", name))) <= LONGEST_TITLE:
        raise PolicyError(f"The title has more than {LONGEST_TITLE} characters, or none. Shorten it.")
    for where, words in _texts(raw, ""):
        if "\0" in words or without_unseen(words) != words:
            raise PolicyError(
                f"'{where}' holds a character that nobody sees, as U+202E is one. Type these words again: what is signed is what is read."
            )


def _texts(value: object, where: str) -> Iterator[tuple[str, str]]:
    """Each text of a TOML file and each name, with where it stands."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            place = f"{where}.{name}".lstrip(".")
            yield without_unseen(place).replace("\0", ""), name
            yield from _texts(inner, place)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, where)
