"""From bytes to a Bundle's JSON, with bounded memory and a sentence for everything that can be wrong with it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from tenuto.core.data.regular import open_regular

__all__ = ["MAX_BYTES", "MAX_SECONDS", "UnusableBundle", "load", "parse", "read_bytes", "too_slow"]

MAX_BYTES = 64 * 1024 * 1024
"""Largest file that is read. A whole life of one person from a large hospital stays well under it."""

MAX_SECONDS = 60
"""How long the reading of one file may take, by the clock [D]. A record of 10 MB takes about half of it on a small server."""

MAX_VALUES = 2_000_000
"""Most JSON values in one file. Small values cost most memory per byte, so size alone does not bound it."""

_OTHERS = {
    b"%pdf": "a PDF. Ask the sending system for the record as a FHIR R4 Bundle (JSON).",
    b"msh|": "an HL7 version 2 message. Ask the sending system for the record as a FHIR R4 Bundle (JSON).",
    b"<!doctype html": "a web page, perhaps of a sign-in. Sign in to the sending system and export the Bundle again.",
    b"<html": "a web page, perhaps of a sign-in. Sign in to the sending system and export the Bundle again.",
}
"""What is sent for a Bundle by mistake, by its first characters in lower case."""
_MAX_DIGITS = 40
_MAX_EXPONENT = 30

Json = dict[str, Any]


class UnusableBundle(ValueError):
    """The input can't be used at all; the message is a sentence that says what to do."""


def too_slow(seconds: float) -> UnusableBundle:
    """What is said of a record whose reading takes longer than it may."""
    return UnusableBundle(
        f"The record was not read within {seconds:g} s, and nothing was kept. Export less of it: one patient's Bundle, without "
        "images and documents, or its last years only."
    )


def load(name: str) -> Json:
    """The Bundle in the file `name`, or on standard input when `name` is `-`."""
    return parse(read_bytes(name), name="standard input" if name == "-" else name)


def read_bytes(name: str) -> bytes:
    """The content of a file or of standard input (`-`), never more than `MAX_BYTES`."""
    if name == "-":
        return _bounded(sys.stdin.buffer, "standard input")
    path = Path(name)
    try:
        with open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            if size > MAX_BYTES:
                raise _too_large(name, size)
            return _bounded(file, name)
    except FileNotFoundError:
        raise UnusableBundle(f"There is no file '{name}'. Check the path.") from None
    except IsADirectoryError:
        raise UnusableBundle(f"'{name}' is a folder. Give one FHIR Bundle as a JSON file.") from None
    except OSError as error:
        raise UnusableBundle(
            f"'{name}' can't be read: {error.strerror or error}. Check the path and who may read the file."
        ) from None
    except ValueError as error:
        if isinstance(error, UnusableBundle):
            raise
        raise UnusableBundle(f"'{name}' is not a usable path. Check it.") from None


def _bounded(file: BinaryIO, name: str) -> bytes:
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise _too_large(name, None)
    return data


def _too_large(name: str, size: int | None) -> UnusableBundle:
    much = f"{size // 1_000_000} MB" if size else f"more than {MAX_BYTES // 1_048_576} MiB"
    return UnusableBundle(
        f"{name} is {much}; at most {MAX_BYTES // 1_048_576} MiB are read. "
        "Export one patient's Bundle, without images and documents."
    )


def parse(data: bytes, *, name: str = "the input") -> Json:
    """Read a Bundle from JSON. Numbers become exact decimals.

    Raises `UnusableBundle` for text that is not UTF-8 or not JSON, for duplicate keys, NaN and absurd numbers, too
    deep nesting, too many values, and for anything that is not a FHIR Bundle.
    """
    return _bundle(_json(_decode(data, name), name), name)


def _decode(data: bytes, name: str) -> str:
    if not data.strip():
        raise UnusableBundle(f"{name} is empty. Give a FHIR R4 Bundle as JSON.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnusableBundle(f"{name} is in UTF-16. Save it as UTF-8 and try again.")
    if data.startswith((b"\x1f\x8b", b"PK\x03\x04")):
        raise UnusableBundle(f"{name} is compressed. Unpack it and give the JSON file inside.")
    for beginning, what in _OTHERS.items():
        if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:80].lower().startswith(beginning):
            raise UnusableBundle(f"{name} is {what}")
    if sum(map(data.count, (b",", b"[", b"{"))) > MAX_VALUES:
        raise UnusableBundle(
            f"{name} holds more than {MAX_VALUES // 1_000_000} million values. Export one patient's Bundle only."
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnusableBundle(
            f"{name} is not UTF-8 text (byte {error.start + 1} does not fit). Save it as UTF-8 and try again."
        ) from None


def _json(text: str, name: str) -> Any:
    try:
        return json.loads(
            text,
            parse_int=_number,
            parse_float=_number,
            parse_constant=_constant,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        if text.lstrip().startswith("<"):
            what = "a CDA document" if "urn:hl7-org:v3" in text[:2000] else "XML"
            raise UnusableBundle(f"{name} is {what}. Export a FHIR R4 Bundle as JSON.") from None
        if error.pos >= len(text.rstrip()) - 1 or error.msg.startswith("Unterminated string"):
            raise UnusableBundle(
                f"{name} stops in the middle of the JSON (line {error.lineno}). Export or copy it again, complete."
            ) from None
        if error.msg == "Extra data" and _is_lines(text):
            raise UnusableBundle(
                f"{name} is NDJSON: many records, one piece in each line, as a bulk export writes it. "
                "Ask the sending system for the record of one patient as one FHIR Bundle (its operation $everything)."
            ) from None
        raise UnusableBundle(
            f"{name} is not JSON: {error.msg} at line {error.lineno}, column {error.colno}. "
            "Give a FHIR R4 Bundle as the sending system exported it."
        ) from None
    except RecursionError:
        raise UnusableBundle(
            f"{name} is nested too deeply to be a FHIR Bundle. Export it again from the sending system."
        ) from None
    except UnusableBundle as error:
        raise UnusableBundle(f"{name} {error}") from None


def _is_lines(text: str) -> bool:
    """Whether each of the first lines is a JSON object by itself."""
    lines = [line.strip() for line in text.lstrip("\ufeff").split("\n", 3)[:3] if line.strip()][:2]
    return len(lines) > 1 and all(line.startswith("{") and line.endswith("}") for line in lines)


def _number(text: str) -> Decimal:
    try:
        value = Decimal(text) if len(text) <= _MAX_DIGITS else None
    except ArithmeticError:
        value = None
    if value is None or abs(value.adjusted()) > _MAX_EXPONENT:
        raise UnusableBundle(
            f"holds the number {text[:24]}…, which no measurement has. Correct it in the sending system."
        )
    return value


def _constant(text: str) -> NoReturn:
    raise UnusableBundle(
        f"holds {text}, which is not a number in JSON. Correct the value in the sending system."
    )


def _object(pairs: list[tuple[str, Any]]) -> Json:
    made = dict(pairs)
    if len(made) != len(pairs):
        twice = _twice(key for key, _ in pairs)
        raise UnusableBundle(
            f"gives '{twice[:40]}' twice in one place, so it can't be known which is meant. Export it again."
        )
    return made


def _twice(keys: Iterable[str]) -> str:
    """The first key that comes again. One pass: an object may hold hundreds of thousands."""
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            return key
        seen.add(key)
    raise AssertionError("no key comes twice")


def _bundle(raw: Any, name: str) -> Json:
    if isinstance(raw, list):
        raise UnusableBundle(
            f"{name} is a list of {len(raw)} items, not a Bundle. Ask the sending system for the record of one "
            "patient as one FHIR Bundle."
        )
    if not isinstance(raw, dict):
        raise UnusableBundle(f"{name} holds no record. Give a FHIR R4 Bundle.")
    kind = raw.get("resourceType")
    if kind not in ("Bundle", "Parameters"):
        what = f"a FHIR {kind[:40]}" if isinstance(kind, str) and kind else "not a FHIR record"
        raise UnusableBundle(
            f"{name} is {what}, not a Bundle. Export the patient's records as one FHIR Bundle."
        )
    return raw
