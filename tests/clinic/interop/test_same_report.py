"""The import page and the command line say the same of a record: every value that was read, and everything to look at."""

from __future__ import annotations

import json
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tenuto.cli import main
from tenuto.clinic.accounts import clock
from tests.clinic.intake.conftest import text_of
from tests.clinic.interop.fhir.test_neighbours import CASES, record
from tests.clinic.interop.fhir.test_producers import FILES

EVERY = 20
NEIGHBOURS = [case for case in CASES if "zone" not in case and "bundle" not in case][::EVERY]
RECORDS = {name: path.read_bytes() for name, path in FILES.items() if name != "synthea"} | {
    case["name"]: json.dumps(record(case)).encode() for case in NEIGHBOURS
}


def one_line(text: str) -> str:
    return " ".join(unescape(text).split())


def test_the_records_are_many():
    assert len(RECORDS) > 30


@pytest.mark.thorough
@pytest.mark.parametrize("name", RECORDS)
def test_the_page_says_what_the_command_line_says(name, visit, alice, clinic, tmp_path, capsys):
    file = tmp_path / "record.json"
    file.write_bytes(RECORDS[name])
    as_of = f"{clock.today(clinic)}"
    code = main(["plan", str(file), "--report", "--json", "--as-of", as_of, "--zone", clinic.zone])
    said = capsys.readouterr()
    upload = SimpleUploadedFile("record.json", RECORDS[name])
    page = one_line(text_of(visit(alice).post("/interop/bundles/", {"bundle": upload}, follow=True)))
    if code == 2:
        problem = one_line(said.err).removeprefix("tenuto: ").replace(str(file), "record.json")
        assert problem in page
        return
    report = json.loads(said.out)
    counts = ", ".join(f"{number} {ending}" for ending, number in report["counts"].items())
    assert f"{len(report['entries'])} entries: {counts}." in page
    for value in report["read"]:
        assert one_line(f"{value['what']} {value['value']} {value['from']}") in page
    for sentence in report["unsettled"]:
        # A long list of entries is shortened on the page.
        assert one_line(sentence)[:60] in page
