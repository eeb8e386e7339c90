"""One text for one stored value, the same before it is written and after it is read, on SQLite and PostgreSQL.

Digests are taken over these texts. A value that can't be what its column promises gets a text that nothing else has,
so that a row whose content was replaced by rubbish is found instead of stopping the check.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, partial
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models

__all__ = ["UnstableValue", "digest", "text_of", "texts_of", "values_of"]

BIGGEST_EXACT = 2**53
HEX = re.compile(r"[0-9a-f]{32}")
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?")


class UnstableValue(Exception):
    """A value that has no single text, such as an open file."""


def texts_of(model: type[models.Model], values: Mapping[str, Any]) -> dict[str, str]:
    """The texts of a row's values by column. Empty (NULL) columns are left out: a column added later changes nothing."""
    texts = _quick_texts(model)
    return {column: texts[column](value) for column, value in values.items() if value is not None}


def values_of(row: models.Model) -> dict[str, Any]:
    """A row's values by column, as they were given."""
    return {str(field.column): field.value_from_object(row) for field in row._meta.concrete_fields}


def digest(label: str, texts: Mapping[str, str]) -> str:
    """SHA-256 of a row of the table `label`."""
    return hashlib.sha256(json.dumps([label, texts], sort_keys=True).encode()).hexdigest()


def text_of(field: models.Field[Any, Any], value: Any) -> str:
    """The text of one value, as given to the field or as the database returned it."""
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    if isinstance(target, models.CharField | models.TextField) and not isinstance(value, str):
        return f"not text: {value!r}"
    try:
        if isinstance(target, models.JSONField):
            return _json(target, value)
        return _plain(target, target.to_python(value))
    except (ValidationError, TypeError, ValueError, ArithmeticError, RecursionError):
        return f"unreadable: {value!r}"


@cache
def _quick_texts(model: type[models.Model]) -> dict[str, Callable[[Any], str]]:
    return {str(field.column): _quick_text(field) for field in model._meta.concrete_fields}


def _quick_text(field: models.Field[Any, Any]) -> Callable[[Any], str]:
    """`text_of` for one field, quicker for the values that a database returns every day: a check reads millions."""
    slow = partial(text_of, field)
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    if isinstance(target, models.CharField | models.TextField):
        return lambda value: value if type(value) is str else slow(value)
    if isinstance(target, models.IntegerField):
        return lambda value: str(value) if type(value) is int else slow(value)
    if isinstance(target, models.UUIDField):
        return lambda value: _dashed(value) if type(value) is str and HEX.fullmatch(value) else slow(value)
    if isinstance(target, models.DateTimeField):
        return lambda value: _moment(value) if type(value) is str and MOMENT.fullmatch(value) else slow(value)
    return slow


def _dashed(text: str) -> str:
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _moment(text: str) -> str:
    # As SQLite keeps it, in UTC. Also a month 13 keeps its digits, and so is told from every other text.
    return f"{text[:10]}T{text[11:]}{'' if len(text) > 19 else '.000000'}+00:00"


def _plain(field: models.Field[Any, Any], value: Any) -> str:
    if isinstance(value, datetime):
        return (
            (value if value.tzinfo else value.replace(tzinfo=UTC))
            .astimezone(UTC)
            .isoformat(timespec="microseconds")
        )
    if isinstance(value, Decimal) and isinstance(field, models.DecimalField):
        return format(value.quantize(Decimal(1).scaleb(-int(field.decimal_places or 0))), "f")
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, date | UUID | bool | int | float | str | Decimal):
        return str(value)
    raise UnstableValue(f"{field} holds a {type(value).__name__}, which has no canonical text.")


def _json(field: models.JSONField[Any, Any], value: Any) -> str:
    # What the database returns is text; what a caller gives is not, except for a plain string.
    parsed = json.loads(value) if isinstance(value, str) else json.loads(json.dumps(value, cls=field.encoder))
    return json.dumps(_same_numbers(parsed), sort_keys=True)


def _same_numbers(value: Any) -> Any:
    """PostgreSQL keeps numbers as decimals: 1e3 comes back as 1000 and -0.0 as 0.0."""
    if isinstance(value, float) and value.is_integer() and abs(value) < BIGGEST_EXACT:
        return int(value)
    if isinstance(value, list):
        return [_same_numbers(item) for item in value]
    if isinstance(value, dict):
        return {key: _same_numbers(item) for key, item in value.items()}
    return value
