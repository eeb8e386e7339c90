"""Facts as JSON values and back, exactly: decimals stay decimals, dates stay dates, unknown stays absent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from tenuto.core.intake.facts import PatientFacts

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
    if is_dataclass(value):
        kind: Any = type(value)
        return {name: _write(getattr(value, name)) for name in _hints(kind)}
    match value:
        case None | bool() | int():
            return value
        case Decimal():
            return {"decimal": str(value)}
        case datetime():
            return {"instant": value.isoformat()}
        case date():
            return {"date": value.isoformat()}
        case str():
            return str(value)
        case tuple():
            return [_write(each) for each in value]
    raise TypeError(f"{value!r} is not a fact that can be stored.")


def _read(kind: Any, raw: Any, where: str) -> Any:
    if is_dataclass(kind):
        return _read_record(kind, raw, where)
    if get_origin(kind) is tuple:
        return _read_tuple(get_args(kind), raw, where)
    value = _plain(raw, where)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        if value not in set(kind):
            raise FactsUnreadable(f"{where}: '{value}' is not one of {', '.join(kind)}.")
        return kind(value)
    allowed = get_args(kind) if isinstance(kind, UnionType) else (kind,)
    # A bool is an int to Python, not to a clinic.
    if type(value) not in allowed:
        raise FactsUnreadable(f"{where}: {value!r} is not of a kind that belongs here.")
    return value


def _read_record(kind: Any, raw: Any, where: str) -> Any:
    hints = _hints(kind)
    if not isinstance(raw, Mapping) or not hints.keys() >= raw.keys():
        raise FactsUnreadable(f"{where}: not a record of {kind.__name__}.")
    try:
        return kind(**{name: _read(hints[name], each, f"{where}.{name}") for name, each in raw.items()})
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
