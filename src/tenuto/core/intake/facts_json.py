"""Facts as JSON values and back, exactly: decimals stay decimals, dates stay dates, unknown stays absent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache, partial
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from tenuto.core.intake.facts import Answer, PatientFacts, RecordedScore

__all__ = ["FactsUnreadable", "facts_from_json", "facts_to_json"]


class FactsUnreadable(ValueError):
    """Stored facts that don't fit the present shape; the message names the field."""


def facts_to_json(facts: PatientFacts) -> dict[str, Any]:
    """Only JSON values. Decimals and dates are marked, because an answer may also be words that look like one."""
    written = _write(facts)
    assert isinstance(written, dict)  # noqa: S101 - a dataclass is always written as an object
    return written


def facts_from_json(raw: Mapping[str, Any]) -> PatientFacts:
    """The facts that `facts_to_json` wrote. Raises FactsUnreadable for anything else."""
    read = _read(PatientFacts, raw, "facts")
    assert isinstance(read, PatientFacts)  # noqa: S101 - the first type asked for
    return read


def _write(value: Any) -> Any:
    kind = type(value)
    writer = _WRITERS.get(kind)
    if writer is not None:
        return writer(value)
    if is_dataclass(kind):
        unsaid = _UNSAID.get(kind, frozenset())
        return {
            name: _write(each)
            for name in _hints(kind)
            if (each := getattr(value, name)) or name not in unsaid
        }
    if isinstance(value, str):
        return str(value)
    raise TypeError(f"{value!r} is not a fact that can be stored.")


# Left out where they say nothing, so that facts which were stored or signed before they were known keep their digest.
_UNSAID: Mapping[type, frozenset[str]] = {
    Answer: frozenset(("stands", "taken_back", "not_theirs")),
    RecordedScore: frozenset(("late",)),
    PatientFacts: frozenset(("attempts", "struck")),
}


def _as_it_is(value: Any) -> Any:
    return value


# By the type itself, since a page writes and reads hundreds of values.
_WRITERS: Mapping[type, Callable[[Any], Any]] = {
    type(None): _as_it_is,
    bool: _as_it_is,
    int: _as_it_is,
    str: _as_it_is,
    Decimal: lambda value: {"decimal": str(value)},
    datetime: lambda value: {"instant": value.isoformat()},
    date: lambda value: {"date": value.isoformat()},
    tuple: lambda value: [_write(each) for each in value],
}

Reader = Callable[[Any, str], Any]


def _read(kind: Any, raw: Any, where: str) -> Any:
    return _reader(kind)(raw, where)


@cache
def _reader(kind: Any) -> Reader:
    """How a value of a type is read. Worked out once for each type."""
    if is_dataclass(kind):
        record: Any = kind
        return partial(_read_record, record, _hints(record))
    if get_origin(kind) is tuple:
        return partial(_read_tuple, get_args(kind))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return partial(_read_choice, kind)
    return partial(_read_plain, get_args(kind) if isinstance(kind, UnionType) else (kind,))


def _read_choice(kind: type[StrEnum], raw: Any, where: str) -> StrEnum:
    value = _plain(raw, where)
    if value not in set(kind):
        raise FactsUnreadable(f"{where}: '{value}' is not one of {', '.join(kind)}.")
    return kind(value)


def _read_plain(allowed: tuple[Any, ...], raw: Any, where: str) -> Any:
    value = _plain(raw, where)
    # A bool is an int to Python, not to a clinic.
    if type(value) not in allowed:
        raise FactsUnreadable(f"{where}: {value!r} is not of a kind that belongs here.")
    return value


def _read_record(kind: Any, hints: Mapping[str, Any], raw: Any, where: str) -> Any:
    if not isinstance(raw, Mapping) or not hints.keys() >= raw.keys():
        raise FactsUnreadable(f"{where}: not a record of {kind.__name__}.")
    try:
        return kind(**{name: _reader(hints[name])(each, f"{where}.{name}") for name, each in raw.items()})
    except TypeError as error:
        raise FactsUnreadable(f"{where}: {error}.") from error


@cache
def _hints(kind: Any) -> Mapping[str, Any]:
    """The type of each field. Worked out once, because a page reads thousands of them."""
    hints = get_type_hints(kind)
    return {f.name: hints[f.name] for f in fields(kind)}


def _read_tuple(kinds: tuple[Any, ...], raw: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(raw, list):
        raise FactsUnreadable(f"{where}: not a list.")
    if kinds[-1] is Ellipsis:
        kinds = (kinds[0],) * len(raw)
    if len(kinds) != len(raw):
        raise FactsUnreadable(f"{where}: {len(raw)} values where {len(kinds)} belong.")
    return tuple(
        _read(kind, each, f"{where}[{n}]") for n, (kind, each) in enumerate(zip(kinds, raw, strict=True))
    )


def _plain(raw: Any, where: str) -> Any:
    if not isinstance(raw, dict):
        return raw
    try:
        match raw:
            case {"decimal": str(text), **rest} if not rest:
                return Decimal(text)
            case {"instant": str(text), **rest} if not rest:
                return datetime.fromisoformat(text)
            case {"date": str(text), **rest} if not rest:
                return date.fromisoformat(text)
    except (ValueError, ArithmeticError) as error:
        raise FactsUnreadable(f"{where}: '{text}' can't be read: {error}.") from error
    return raw
