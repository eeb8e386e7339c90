"""Whatever arrives, reading ends in a Bundle or in one sentence that says what to do."""

from __future__ import annotations

import io
import json
import sys
import tracemalloc
from decimal import Decimal
from types import SimpleNamespace

import pytest

from tenuto.clinic.interop.fhir import loading
from tenuto.clinic.interop.fhir.loading import UnusableBundle, load, parse
from tests.clinic.interop.fhir.bundles import bundle


def refused(data: bytes | str) -> str:
    with pytest.raises(UnusableBundle) as caught:
        parse(data.encode() if isinstance(data, str) else data, name="x.json")
    message = str(caught.value)
    assert message.endswith("."), "a sentence"
    assert len(message) < 300
    return message


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("", "is empty"),
        ("  \n ", "is empty"),
        ('{"resourceType": "Bundle", "entry": [', "stops in the middle"),
        ('{"resourceType": "Bun', "stops in the middle"),
        ("hello", "is not JSON"),
        ("<Bundle/>", "is XML"),
        ("<?xml version='1.0'?><ClinicalDocument xmlns='urn:hl7-org:v3'/>", "is a CDA document"),
        ("<!DOCTYPE html><html><body>Sign in</body></html>", "is a web page, perhaps of a sign-in"),
        ("MSH|^~\\&|A|B|C|D|2026||ADT^A01|1|P|2.3\rPID|1", "is an HL7 version 2 message"),
        ("%PDF-1.7", "is a PDF"),
        ('{"resourceType": "Bundle"} {}', "is not JSON"),
        ("[]", "is a list of 0 items, not a Bundle"),
        ("3", "holds no record"),
        ("{}", "is not a FHIR record, not a Bundle"),
        ('{"resourceType": 7}', "not a Bundle"),
        ('{"resourceType": "Patient", "id": "1"}', "is a FHIR Patient, not a Bundle"),
        ('{"resourceType": "Bundle", "total": NaN}', "holds NaN"),
        ('{"resourceType": "Bundle", "total": -Infinity}', "holds -Infinity"),
        ('{"resourceType": "Bundle", "total": 1e999999999}', "holds the number 1e999999999"),
        ('{"resourceType": "Bundle", "total": 1e99999999999999999999999}', "holds the number"),
        ('{"resourceType": "Bundle", "total": ' + "9" * 100_000 + "}", "holds the number 999"),
        ('{"resourceType": "Bundle", "type": "a", "type": "b"}', "gives 'type' twice"),
    ],
)
def test_unusable_text_is_refused_with_a_sentence(data: str, says: str) -> None:
    assert says in refused(data)


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_deep_nesting_is_refused(opening: str) -> None:
    assert "nested too deeply" in refused('{"resourceType": "Bundle", "entry": ' + opening * 200_000)


def test_other_encodings_are_named() -> None:
    text = json.dumps(bundle())
    assert "UTF-16" in refused(text.encode("utf-16"))
    assert "is not UTF-8 text (byte 3 " in refused(b'{"\xe9": 1}')
    assert "compressed" in refused(b"\x1f\x8b\x08 whatever")


def test_a_byte_order_mark_is_allowed() -> None:
    assert parse(b"\xef\xbb\xbf" + json.dumps(bundle()).encode())["resourceType"] == "Bundle"


def test_numbers_are_exact() -> None:
    assert parse(b'{"resourceType": "Bundle", "total": 0.1, "n": 3}')["total"] == Decimal("0.1")


def test_a_large_file_is_refused_before_it_is_read(tmp_path) -> None:
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    tracemalloc.start()
    with pytest.raises(UnusableBundle, match="is 200 MB; at most 64 MiB are read"):
        load(str(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


def test_standard_input_is_bounded(monkeypatch) -> None:
    monkeypatch.setattr(loading, "MAX_BYTES", 1000)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"x" * 5000)))
    with pytest.raises(UnusableBundle, match="standard input is more than"):
        load("-")


def test_standard_input_is_read(monkeypatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(json.dumps(bundle()).encode())))
    assert load("-")["type"] == "collection"


def test_very_many_values_are_refused_before_parsing(monkeypatch) -> None:
    monkeypatch.setattr(loading, "MAX_VALUES", 1000)
    assert "million values" in refused('{"resourceType": "Bundle", "entry": [' + "[]," * 1000 + "[]]}")


def test_paths_that_are_no_file(tmp_path) -> None:
    with pytest.raises(UnusableBundle, match="There is no file"):
        load(str(tmp_path / "missing.json"))
    with pytest.raises(UnusableBundle, match="is a folder"):
        load(str(tmp_path))
    with pytest.raises(UnusableBundle, match="is not a usable path"):
        load("a\0b")
