"""Frozen records as JSON values and back, exactly, by their type hints: decimals and quantities stay what they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from tenuto.core.units import Quantity, UnitError, plain

__all__ = ["RecordUnreadable", "record_from_json", "record_to_json"]

Record = TypeVar("Record")


class RecordUnreadable(ValueError):
    """A stored record that does not fit the present shape; the message names the field."""


def record_to_json(value: Any) -> Any:
    """JSON values of a frozen record: quantities as '36 mg', decimals as text, dates in ISO form, enums by value."""
    match value:
        case None | bool() | int():
            return value
        case Quantity():
            return str(value)
        case Decimal():
            return plain(value)
        case date():
            return value.isoformat()
        case Enum():
            return value.value
        case str():
            return value
        case tuple():
            return [record_to_json(each) for each in value]
    if is_dataclass(value):
        kind: Any = type(value)
        return {name: record_to_json(getattr(value, name)) for name in _hints(kind)}
    raise TypeError(f"{value!r} can't be kept in a record.")


def record_from_json(kind: type[Record], raw: Any) -> Record:
    """The record of a `kind` that `record_to_json` wrote. Raises RecordUnreadable for anything else."""
    found: Record = _read(kind, raw, kind.__name__)
    return found


def _read(kind: Any, raw: Any, where: str) -> Any:
    if isinstance(kind, UnionType):
        return _read_one_of(get_args(kind), raw, where)
    if get_origin(kind) is tuple:
        return _read_tuple(get_args(kind), raw, where)
    try:
        if is_dataclass(kind) and not issubclass(kind, Quantity):  # type: ignore[arg-type]
            return _read_record(kind, raw, where)
        return _read_plain(kind, raw)
    except RecordUnreadable:
        raise
    except (TypeError, ValueError, ArithmeticError) as error:
        raise RecordUnreadable(f"{where}: {raw!r} can't be read: {error}") from error


def _read_one_of(kinds: tuple[Any, ...], raw: Any, where: str) -> Any:
    """The first of several kinds that fits; a quantity is told by its unit, a record by its fields."""
    if raw is None and NoneType in kinds:
        return None
    problems = []
    for kind in kinds:
        if kind is not NoneType:
            try:
                return _read(kind, raw, where)
            except RecordUnreadable as error:
                problems.append(str(error))
    raise RecordUnreadable(" ".join(problems) or f"{where}: {raw!r} does not belong here.")


def _read_tuple(kinds: tuple[Any, ...], raw: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(raw, list) or kinds[-1] is not Ellipsis:
        raise RecordUnreadable(f"{where}: not a list.")
    return tuple(_read(kinds[0], each, f"{where}[{n}]") for n, each in enumerate(raw))


def _read_record(kind: Any, raw: Any, where: str) -> Any:
    hints = _hints(kind)
    if not isinstance(raw, Mapping) or hints.keys() != raw.keys():
        raise RecordUnreadable(f"{where}: not a record of {kind.__name__}.")
    return kind(**{name: _read(hints[name], each, f"{where}.{name}") for name, each in raw.items()})


def _read_plain(kind: Any, raw: Any) -> Any:
    if kind in (str, int, bool):
        if type(raw) is not kind:
            raise ValueError(f"a {kind.__name__} belongs here.")
        return raw
    if not isinstance(raw, str):
        raise TypeError("text belongs here.")
    if issubclass(kind, Quantity):
        return _quantity(kind, raw)
    return date.fromisoformat(raw) if kind is date else Decimal(raw) if kind is Decimal else kind(raw)


def _quantity(kind: type[Quantity], raw: str) -> Quantity:
    number, _, unit = raw.partition(" ")
    if unit != kind.symbol:
        raise UnitError(f"it is in {unit or 'no unit'}, and {kind.symbol} belongs here.")
    return kind(Decimal(number))


@cache
def _hints(kind: Any) -> Mapping[str, Any]:
    """The type of each field. Worked out once, because a page reads hundreds of them."""
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}
