"""One text for one stored value, the same before it is written and after it is read, on SQLite and PostgreSQL.

Digests are taken over these texts. A value that can't be what its column promises gets a text that nothing else has,
so that a row whose content was replaced by rubbish is found instead of stopping the check.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models

__all__ = ["UnstableValue", "digest", "text_of", "texts_of", "values_of"]

BIGGEST_EXACT = 2**53


class UnstableValue(Exception):
    """A value that has no single text, such as an open file."""


def texts_of(model: type[models.Model], values: Mapping[str, Any]) -> dict[str, str]:
    """The texts of a row's values by column. Empty (NULL) columns are left out: a column added later changes nothing."""
    fields = {str(field.column): field for field in model._meta.concrete_fields}
    return {column: text_of(fields[column], value) for column, value in values.items() if value is not None}


def values_of(row: models.Model) -> dict[str, Any]:
    """A row's values by column, as they were given."""
    return {str(field.column): getattr(row, field.attname) for field in row._meta.concrete_fields}


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
