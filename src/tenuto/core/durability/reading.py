"""Reads tables of a TOML file entry by entry, and says in one sentence which entry can't be used and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tenuto.core.data.reading import toml_content

__all__ = ["TrackedTable", "TrialError", "parsed"]

MOST_DAYS = 3000
_WORDS: tuple[tuple[type, str], ...] = (
    (str, "words in quotes"),
    (list, "a list in [ ]"),
    (Mapping, "a table of entries"),
    (int, "a number"),
)


class TrialError(ValueError):
    """A file that can't be simulated; the message names the entry and the fix."""


def parsed(text: str, name: str) -> Mapping[str, Any]:
    """A TOML file as data; TrialError when it is none. `name` is what the error calls the file."""
    try:
        return toml_content(text)
    except ValueError as error:
        raise TrialError(f"{name} is not a TOML file: {error}. Correct it there.") from error


class TrackedTable:
    """A TOML table that remembers what was read from it and complains about what is left over."""

    def __init__(self, raw: Any, where: str) -> None:
        """`where` is what an error calls the table."""
        if not isinstance(raw, Mapping):
            raise TrialError(
                f"{where} is {str(raw)[:40]!r}, which is no table. Write it as keys with values."
            )
        self.raw, self.where, self.read = raw, where, set[str]()

    def get(self, key: str, kind: type | tuple[type, ...], default: Any = ...) -> Any:
        """The entry, which must be of `kind`; without a default it must be there."""
        self.read.add(key)
        if key not in self.raw:
            if default is ...:
                raise TrialError(f"{self.where} has no '{key}'. Add it.")
            return default
        value = self.raw[key]
        if (isinstance(value, bool) and kind is not bool) or not isinstance(value, kind):
            wanted = next(
                words for one, words in _WORDS if one is kind or (isinstance(kind, tuple) and one in kind)
            )
            raise TrialError(f"{self.where}: '{key}' is '{str(value)[:40]}'. Give {wanted}.")
        return value

    def name(self, key: str, default: Any = ..., *, longest: int = 200) -> str:
        """What something is called in tables and pictures: on one line, not empty, not endless."""
        value: str = self.get(key, str, default)
        if key in self.raw and (not value.strip() or not value.isprintable() or len(value) > longest):
            raise TrialError(
                f"{self.where}: '{key}' is {value[:40]!r}. It must be one line of 1 to {longest} characters. Give another name."
            )
        return value

    def number(self, key: str, default: Any = ..., *, least: float = 0.0, most: float = 1e6) -> Any:
        """A number between bounds."""
        value = self.get(key, (int, float), default)
        if value is not None and not (least <= value <= most):  # also false for NaN
            raise TrialError(
                f"{self.where}: '{key}' is {value}. Give a number from {least:.7g} to {most:.7g}."
            )
        return value

    def whole(self, key: str, default: Any = ..., *, least: int = 0, most: int = 1_000_000) -> Any:
        """A whole number between bounds."""
        value = self.number(key, default, least=least, most=most)
        if value is not None and value != int(value):
            raise TrialError(f"{self.where}: '{key}' is {value}. Give a whole number.")
        return value if value is None else int(value)

    def choice(self, key: str, among: tuple[str, ...], default: Any = ...) -> Any:
        """One of some words."""
        value = self.get(key, str, default)
        if value not in among:
            raise TrialError(f"{self.where}: '{key}' is '{value[:40]}'. Use one of {', '.join(among)}.")
        return value

    def days(self, key: str, default: Any = ...) -> tuple[float, ...]:
        """Rising days, each once."""
        values = self.get(key, list, default)
        for value in values:
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 3650:
                raise TrialError(f"{self.where}: '{key}' holds {value!r}. Give days from 0 to 3650.")
        if list(values) != sorted(set(values)):
            raise TrialError(f"{self.where}: '{key}' is {str(values)[:60]}. Give rising days, each once.")
        if len(values) > MOST_DAYS:
            raise TrialError(f"{self.where}: '{key}' has {len(values)} days. Give at most {MOST_DAYS}.")
        return tuple(float(v) for v in values)

    def done(self) -> None:
        """Refuse entries that nobody read: a misspelt key must not pass unseen."""
        unknown = sorted(set(self.raw) - self.read)
        if unknown:
            raise TrialError(
                f"{self.where}: '{unknown[0]}' is not known here. Use {', '.join(sorted(self.read))}."
            )
