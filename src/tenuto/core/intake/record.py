"""Facts as JSON and back, exactly: decimals and days travel as text, so nothing is rounded on the way."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from tenuto.core.intake.facts import (
    Allergy,
    Answer,
    Coding,
    Consent,
    Measurement,
    Medication,
    PatientFacts,
    Person,
    Problem,
    ProblemStatus,
    Score,
)

__all__ = ["RecordError", "from_json", "to_json"]

VERSION = 1


class RecordError(ValueError):
    """Stored facts that can't be read; the message says which."""


def to_json(facts: PatientFacts) -> str:
    """The facts as JSON text; equal facts give equal text. Empty values are left out."""
    return json.dumps({"version": VERSION, **_packed(facts)}, ensure_ascii=False, sort_keys=True)


def _packed(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_packed(item) for item in value]
    if isinstance(value, ProblemStatus):
        return value.value
    if isinstance(value, Answer):
        return {**_entries(value), "value": _tagged(value.value)}
    if hasattr(value, "__dataclass_fields__"):
        return _entries(value)
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def _entries(value: Any) -> dict[str, Any]:
    return {
        f.name: _packed(getattr(value, f.name))
        for f in fields(value)
        if getattr(value, f.name) not in (None, (), "")
    }


def _tagged(value: bool | Decimal | date | str) -> Any:
    """An answer keeps its type: text and yes or no as they are, a number or day with its name."""
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    return {"date": value.isoformat()} if isinstance(value, date) else value


def from_json(text: str) -> PatientFacts:
    """The facts that `to_json` wrote. RecordError when the text is something else."""
    try:
        raw = json.loads(text)
        if raw["version"] != VERSION:
            raise RecordError(
                f"These facts were stored as version {raw['version']}; version {VERSION} is read here."
            )
        return _facts(raw)
    except RecordError:
        raise
    except (ArithmeticError, AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise RecordError(
            f"The stored facts can't be read: {error}. Restore them from the source."
        ) from error


def _facts(raw: Mapping[str, Any]) -> PatientFacts:
    def each(name: str, read: Callable[[Mapping[str, Any]], Any]) -> tuple[Any, ...]:
        return tuple(read(entry) for entry in raw.get(name, ()))

    return PatientFacts(
        person=_person(raw.get("person", {})),
        problems=each("problems", _problem),
        medications=each("medications", _medication),
        allergies=each("allergies", lambda e: Allergy(**{"text": "", **_coded(e)})),
        measurements=each("measurements", _measurement),
        scores=each("scores", _score),
        answers=each(
            "answers", lambda e: Answer(**_dated({"fact": "", **e}, "taken", value=_untagged(e["value"])))
        ),
        consents=each("consents", lambda e: Consent(**_dated({"signed": None, **e}, "signed"))),
        unreadable=tuple(raw.get("unreadable", ())),
    )


def _untagged(value: Any) -> bool | Decimal | date | str:
    if isinstance(value, Mapping):
        return Decimal(value["decimal"]) if "decimal" in value else date.fromisoformat(value["date"])
    if not isinstance(value, bool | str):
        raise RecordError(f"An answer is stored as {type(value).__name__}.")
    return value


def _dated(entry: Mapping[str, Any], *names: str, **others: Any) -> dict[str, Any]:
    days = {name: date.fromisoformat(entry[name]) for name in names if entry.get(name)}
    return {**entry, **days, **others}


def _coded(entry: Mapping[str, Any]) -> dict[str, Any]:
    codings = tuple(Coding(**{"system": "", "code": "", **c}) for c in entry.get("codings", ()))
    return {**entry, "codings": codings}


def _person(entry: Mapping[str, Any]) -> Person:
    return Person(**_dated(entry, "birth_date", identifiers=tuple(entry.get("identifiers", ()))))


def _problem(entry: Mapping[str, Any]) -> Problem:
    status = ProblemStatus(entry["status"])
    return Problem(**{"text": "", **_dated(_coded(entry), "onset", "ended", status=status)})


def _medication(entry: Mapping[str, Any]) -> Medication:
    return Medication(**{"text": "", **_dated(_coded(entry), "last_taken")})


def _measurement(entry: Mapping[str, Any]) -> Measurement:
    high = Decimal(entry["reference_high"]) if "reference_high" in entry else None
    whole = {"kind": "", "taken": None, **entry}
    return Measurement(**_dated(whole, "taken", value=Decimal(entry["value"]), reference_high=high))


def _score(entry: Mapping[str, Any]) -> Score:
    items = tuple((str(name), int(value)) for name, value in entry.get("items", ()))
    whole = {"instrument": "", "taken": None, **entry}
    return Score(**_dated(whole, "taken", value=Decimal(entry["value"]), items=items))
