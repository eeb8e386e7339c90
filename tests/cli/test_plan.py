"""`tenuto plan`: one Bundle in, one plan out, and a sentence for everything that can't be planned."""

from __future__ import annotations

import io
import json
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import icalendar
import pytest
from pypdf import PdfReader

from tenuto.cli import main
from tenuto.core.policy import load_policy

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
SIGNED = ["--policy", str(EXAMPLES / "policy-example.toml")]
MIXED = ["--vial", "50mg/mL", "--total-volume", "100mL"]
FOR_THE_DAY = ["--as-of", "2026-03-02"]
FULL = [*SIGNED, *MIXED, *FOR_THE_DAY]

KEYS = {
    "gate", "findings", "missing", "not_checked", "ignored_resources", "protocol", "alternatives", "dose", "series",
    "maintenance", "factors", "policy",
}  # fmt: skip
DOSE_KEYS = {
    "dose_mg", "dose_mg_per_kg", "ordered_mg_per_kg", "weight_kg", "weight_date", "weight_basis", "minutes",
    "vial_mg_per_ml", "drug_volume_ml", "total_volume_ml", "concentration_mg_per_ml", "rate_ml_per_h", "rate_mg_per_h",
    "rate_mg_per_min", "rate_mg_per_kg_per_h", "caps_applied", "checks_agree",
}  # fmt: skip


def example(name: str) -> str:
    return str(EXAMPLES / f"{name}.json")


def plan(name: str, *options: str, exits: int, capsys) -> dict:
    assert main(["plan", example(name), *FULL, "--json", *options]) == exits
    return json.loads(capsys.readouterr().out)


def edited(tmp_path: Path, change, name: str = "pass") -> str:
    """A copy of an example with a change made to its resources, as a path."""
    content = json.loads(Path(example(name)).read_text("utf-8"))
    change([entry["resource"] for entry in content["entry"]])
    path = tmp_path / "edited.json"
    path.write_text(json.dumps(content), "utf-8")
    return str(path)


# ---- the examples --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "exits", "gate"), [("pass", 0, "PASS"), ("review", 3, "REVIEW"), ("block", 4, "BLOCK")]
)
def test_the_three_examples(name, exits, gate, capsys) -> None:
    found = plan(name, exits=exits, capsys=capsys)
    assert found["gate"] == gate
    assert found["ignored_resources"] == 1
    assert found["policy"] == {"id": "example-clinic", "version": found["policy"]["version"], "signed": True}


def test_the_example_files_are_those_that_the_builder_writes() -> None:
    for name, content in runpy.run_path(str(EXAMPLES / "build.py"))["files"]().items():
        assert (EXAMPLES / name).read_text("utf-8") == content, (
            f"run python examples/build.py to write {name}"
        )


def test_the_example_policy_is_signed() -> None:
    assert load_policy((EXAMPLES / "policy-example.toml").read_text("utf-8"), name="x").signed


def test_the_json_has_exactly_its_documented_keys(capsys) -> None:
    found = plan("review", exits=3, capsys=capsys)
    assert found.keys() == KEYS
    assert found["dose"].keys() == DOSE_KEYS
    assert {key for f in found["findings"] for key in f} == {"code", "level", "message", "source", "evidence"}
    assert found["protocol"].keys() == {"id", "version", "sources"}
    assert {key for a in found["alternatives"] for key in a} == {"id", "why", "sources"}
    assert {key for s in found["series"] for key in s} == {"n", "date", "kind"}
    assert found["maintenance"].keys() == {"rule", "text", "sources"}
    assert {key for f in found["factors"] for key in f} == {"name", "evidence", "used"}


def test_the_dose_of_the_complete_example(capsys) -> None:
    dose = plan("pass", exits=0, capsys=capsys)["dose"]
    expected = {
        "dose_mg": 35,
        "drug_volume_ml": 0.7,
        "total_volume_ml": 100,
        "concentration_mg_per_ml": 0.35,
        "rate_ml_per_h": 150,
        "rate_mg_per_min": 0.875,
        "rate_mg_per_kg_per_h": 0.75,
        "weight_date": "2026-02-27",
    }
    assert {key: dose[key] for key in expected} == expected
    assert dose["checks_agree"] is True


def test_a_coded_pound_weight_is_converted_and_reviewed(capsys) -> None:
    found = plan("review", exits=3, capsys=capsys)
    assert found["dose"]["weight_kg"] == 69.85
    assert found["dose"]["dose_mg"] == 35
    assert any("154 [lb_av]" in f["message"] for f in found["findings"])


def test_an_uncoded_unit_gives_no_dose(tmp_path, capsys) -> None:
    def uncode(resources: list[dict]) -> None:
        weight = next(r for r in resources if r["id"] == "obs-29463-7")
        weight["valueQuantity"] = {"value": 70, "unit": "kg"}

    assert main(["plan", edited(tmp_path, uncode), *FULL, "--json"]) == 4
    found = json.loads(capsys.readouterr().out)
    assert found["gate"] == "REFUSE"
    assert found["dose"] is None
    assert any("has no coded (UCUM) unit" in text for text in found["not_checked"])


def test_the_unsigned_default_policy_caps_the_gate_at_review(capsys) -> None:
    assert main(["plan", example("pass"), *MIXED, *FOR_THE_DAY, "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    assert [f["code"] for f in found["findings"] if f["level"] != "PASS"] == ["POLICY-UNSIGNED"]


def test_a_policy_older_than_its_limits_is_filled_up_and_says_which_nobody_signed(tmp_path, capsys) -> None:
    head, *entries = (
        (EXAMPLES / "policy-example.toml").read_text("utf-8").split("\n[[signatures]]")[0].split("\n[limits.")
    )
    file = tmp_path / "older.toml"
    file.write_text(
        head + "".join(f"\n[limits.{e}" for e in entries if e.startswith("weight_min_kg]")), "utf-8"
    )
    for by, role in (("Dr Example Director", "medical_director"), ("Example Pharmacist", "pharmacist")):
        assert main(["policy", "sign", str(file), "--by", by, "--role", role]) == 0
    capsys.readouterr()
    found = plan("pass", "--policy", str(file), exits=3, capsys=capsys)
    assert (found["gate"], found["policy"]["signed"]) == ("REVIEW", True)
    (said,) = [finding for finding in found["findings"] if finding["code"] == "POLICY-UNSTATED"]
    assert "which nobody here has signed" in said["message"]


def test_the_dead_are_not_planned_for(tmp_path, capsys) -> None:
    path = edited(tmp_path, lambda resources: resources[0].update(deceasedBoolean=True))
    assert main(["plan", path, *FULL, "--json"]) == 4
    found = json.loads(capsys.readouterr().out)
    assert (found["gate"], found["dose"]) == ("REFUSE", None)


def test_the_same_input_gives_the_same_output(capsys) -> None:
    assert plan("review", exits=3, capsys=capsys) == plan("review", exits=3, capsys=capsys)


# ---- options -------------------------------------------------------------------------------------------------
def test_start_and_clinic_days_place_the_series(capsys) -> None:
    found = plan("pass", "--start", "2026-03-04", "--clinic-days", "tue,thu", exits=3, capsys=capsys)
    assert found["series"][0] == {"n": 1, "date": "2026-03-05", "kind": "induction"}
    assert {s["date"] for s in found["series"]} >= {"2026-03-05", "2026-03-10"}


def test_a_protocol_can_be_asked_for(capsys) -> None:
    assert (
        plan("pass", "--protocol", "depression-8x4wk", exits=0, capsys=capsys)["protocol"]["id"]
        == "depression-8x4wk"
    )


def test_as_of_decides_how_old_the_record_is(capsys) -> None:
    assert main(["plan", example("pass"), *SIGNED, *MIXED, "--as-of", "2026-06-02", "--json"]) == 4
    assert any(f["code"] == "WEIGHT-OLD" for f in json.loads(capsys.readouterr().out)["findings"])


@pytest.mark.parametrize(("day", "old"), [("2026-03-02", False), ("2026-06-02", True)])
def test_an_old_suicide_triage_is_said_and_never_counted_away(day, old, capsys) -> None:
    main(["plan", example("pass"), *SIGNED, *MIXED, "--as-of", day])
    out = " ".join(capsys.readouterr().out.split())
    assert ("◆ REVIEW Suicide triage: recorded on Fri 27 Feb 2026, too old." in out) is old
    assert ("Of these, recorded too long ago: Suicide triage;" in out) is old
    assert ("◆ Suicide risk: none found 95 days ago, Fri 27 Feb 2026; asked again before" in out) is old


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--as-of", "2.3.2026"], "--as-of: '2.3.2026' is not a date"),
        (["--as-of", "20260302"], "is not a date"),
        (["--start", "2026-02-30"], "--start: '2026-02-30' is not a date"),
        (["--start", "2126-03-02"], "more than ten years away"),
        (["--clinic-days", "mon,funday"], "'funday' is not a day"),
        (["--clinic-days", ""], "is not a day"),
        (["--vial", "50"], "--vial: '50' has no unit"),
        (["--vial", "50 mg"], "in mg; mg/mL is needed"),
        (["--vial", "0,5 mg/mL"], "has a comma"),
        (["--vial", "0mg/mL"], "--vial: 0 mg/mL is nothing"),
        (["--vial", "50.0000001mg/mL"], "Give at most 6 decimals"),
        (["--total-volume", "0mL"], "--total-volume: 0 mL is nothing"),
        (["--total-volume", "100"], "--total-volume: '100' has no unit"),
        (["--total-volume=-5mL"], "below zero"),
        (["--protocol", "no-such"], "no-such"),
        (["--policy", "no-such.toml"], "There is no file 'no-such.toml'"),
        (["--nonsense"], "nonsense"),
        (["--vial"], "expected one argument"),
    ],
)
def test_an_option_that_can_not_be_used_exits_2_with_a_sentence(options, says, capsys) -> None:
    assert main(["plan", example("pass"), *SIGNED, *FOR_THE_DAY, *options]) == 2
    captured = capsys.readouterr()
    assert says in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe\x00",
        b'{"resourceType": "Patient"}',
        b'{"resourceType": "Bundle"}',
        b'{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient", "birthDate": 3}}]}',
        b'{"resourceType": "Bundle", "entry": ' + b"[" * 100_000,
        b'{"resourceType": "Bundle", "total": NaN}',
        b'{"resourceType": "\x1b[31mEvil\\u001b]0;x\\u0007"}',
    ],
)
def test_unusable_input_exits_2_with_one_printable_sentence(tmp_path, content, capsys) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    assert main(["plan", str(path)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.rstrip("\n").isprintable()
    assert captured.err.startswith("tenuto: ")


def test_a_bundle_is_read_from_standard_input(monkeypatch, capsys) -> None:
    data = Path(example("pass")).read_bytes()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))
    assert main(["plan", "-", *FULL]) == 0


def test_today_is_the_day_of_the_plan_and_its_start(capsys) -> None:
    assert main(["plan", example("block"), "--json"]) == 4
    assert "START-PAST" not in {f["code"] for f in json.loads(capsys.readouterr().out)["findings"]}


@pytest.mark.parametrize("chosen", [[], MIXED[:2], MIXED[2:]])
def test_a_vial_that_nobody_has_chosen_yet_speaks_against_no_one_as_on_the_pages(chosen, capsys) -> None:
    options = [example("pass"), *SIGNED, *FOR_THE_DAY, *chosen]
    assert main(["plan", *options]) == 0
    text = capsys.readouterr().out
    assert text.startswith("● PASS.")
    assert "Preparation  Not complete." in text
    assert main(["plan", *options, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["gate"] == "PASS"
    assert {f["code"] for f in found["findings"] if f["level"] == "REVIEW"} > set()


# ---- what a person reads -------------------------------------------------------------------------------------
def test_the_text_says_gate_first_then_why_then_the_numbers(capsys) -> None:
    assert main(["plan", example("review"), *FULL]) == 3
    text = capsys.readouterr().out
    parts = ["◆ REVIEW.", "Robin Example, born 9 Apr 1984 (41)", "Findings", "Not recorded", "Dose for one infusion",
             "Series", "Maintenance", "Other protocols", "Left out", "Not for care until your clinic has validated it."]  # fmt: skip
    flat = " ".join(text.split())
    places = [flat.index(part) for part in parts]
    assert places == sorted(places)
    assert "Both calculations agree." in text
    assert "whole millionths" in text
    assert max(map(len, text.splitlines())) <= 100


def without_weight(tmp_path: Path) -> str:
    """The complete example without its weight: no dose can be worked out, and the verdict is REFUSE."""
    content = json.loads(Path(example("pass")).read_text("utf-8"))
    content["entry"] = [e for e in content["entry"] if e["resource"]["id"] != "obs-29463-7"]
    path = tmp_path / "edited.json"
    path.write_text(json.dumps(content), "utf-8")
    return str(path)


def test_the_text_of_a_refused_plan_has_no_dose(tmp_path, capsys) -> None:
    path = without_weight(tmp_path)
    assert main(["plan", path, *FULL]) == 4
    text = capsys.readouterr().out
    assert text.startswith("■ REFUSE.")
    assert "No dose. The findings marked REFUSE have to be corrected first." in text
    for given in ("mg ketamine", "Draw up", "Series", "Maintenance", "To do", "Flush"):
        assert given not in text


def test_a_refused_plan_gives_no_date_in_any_form(tmp_path, capsys) -> None:
    """Text, JSON, PDF and calendar say the same: nothing to give, and a calendar takes every date back."""
    path = without_weight(tmp_path)
    ics, pdf = tmp_path / "series.ics", tmp_path / "plan.pdf"
    assert main(["plan", path, *FULL, "--json", "--ics", str(ics), "--pdf", str(pdf)]) == 4
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert (found["dose"], found["series"], found["maintenance"]) == (None, [], None)
    assert "cancels every date: the verdict is REFUSE" in said.err
    events = icalendar.Calendar.from_ical(ics.read_bytes()).walk("VEVENT")
    assert {str(event["STATUS"]) for event in events} == {"CANCELLED"}
    paper = " ".join(page.extract_text() for page in PdfReader(pdf).pages)
    assert "REFUSE" in paper
    for given in ("Days", "Maintenance", "mL/h", "Stop the infusion"):
        assert given not in paper


def test_under_block_the_numbers_say_for_whom_they_are(tmp_path, capsys) -> None:
    assert main(["plan", example("block"), *FULL, "--pdf", str(tmp_path / "plan.pdf")]) == 4
    paper = " ".join(page.extract_text() for page in PdfReader(tmp_path / "plan.pdf").pages)
    for said in (capsys.readouterr().out, paper):
        assert "for a medical director who weighs an exception" in " ".join(said.split())


def test_an_open_risk_of_suicide_is_the_verdict_of_the_command_too(tmp_path, capsys) -> None:
    """A clinic's page says BLOCK while item 9 is positive and nobody has triaged it since."""

    def ask_again(resources: list[dict]) -> None:
        screen = {"resourceType": "Observation", "id": "item-9", "status": "final",
                  "code": {"coding": [{"system": "http://loinc.org", "code": "44260-8"}]},
                  "subject": {"reference": f"Patient/{next(r for r in resources if r['resourceType'] == 'Patient')['id']}"},
                  "effectiveDateTime": "2026-03-01T09:00:00Z", "valueInteger": 2}  # fmt: skip
        resources.append(screen)

    content = json.loads(Path(example("pass")).read_text("utf-8"))
    resources = [entry["resource"] for entry in content["entry"]]
    ask_again(resources)
    path = tmp_path / "risk.json"
    path.write_text(
        json.dumps({**content, "entry": [{"resource": each} for each in resources]}), encoding="utf-8"
    )
    assert main(["plan", str(path), *FULL]) == 4
    assert capsys.readouterr().out.startswith("■ BLOCK.")


def test_infusions_that_no_day_is_left_for_are_said_beside_the_days(tmp_path, capsys) -> None:
    pdf = tmp_path / "plan.pdf"
    asked = ["--protocol", "depression-6-8x3wk", "--clinic-days", "mon,thu", "--pdf", str(pdf)]
    main(["plan", example("pass"), *FULL, *asked])
    days = " ".join(
        capsys.readouterr().out.partition("\nSeries\n")[2].partition("\nMaintenance\n")[0].split()
    )
    paper = " ".join(" ".join(page.extract_text() for page in PdfReader(pdf).pages).split())
    for said in (days, paper.partition("Days")[2].partition("Stop the infusion")[0]):
        assert "Infusions 7 to 8, given only if a review says so, would reach day 25" in said


def test_what_is_not_recorded_is_counted_once_and_listed_as_often(capsys, tmp_path) -> None:
    """The number in the line, in the JSON and of the list are one number; each fact stands there once, the worst first."""
    content = json.loads(Path(example("pass")).read_text("utf-8"))
    kept = [e for e in content["entry"] if e["resource"]["resourceType"] != "QuestionnaireResponse"]
    path = tmp_path / "general.json"
    path.write_text(json.dumps({**content, "entry": kept}), encoding="utf-8")
    main(["plan", str(path), *FULL, "--protocol", "depression-2-3perwk-2-4wk", "--all"])
    out = capsys.readouterr().out
    listed = out.partition("\nNot recorded\n")[2].partition("\n\n")[0].splitlines()
    items = [line for line in listed if line.startswith("  - ")]
    main(["plan", str(path), *FULL, "--protocol", "depression-2-3perwk-2-4wk", "--json"])
    missing = json.loads(capsys.readouterr().out)["missing"]
    assert listed[0] == f"  {len(items)} facts are not recorded:"
    assert len(set(items)) == len(items) == len(missing)
    assert missing[0].startswith("suicide.")
    main(["plan", str(path), *FULL, "--protocol", "depression-2-3perwk-2-4wk"])
    short = capsys.readouterr().out
    assert f"  {len(items)} facts are not recorded: suicide risk" in short
    assert "Required beside the infusions\n" in short


def test_hostile_text_never_reaches_the_terminal(tmp_path, capsys) -> None:
    evil = "A\x1b[31m\x9b2J\u202e\x07\x00\r\n" + "x" * 3_000_000

    def poison(resources: list[dict]) -> None:
        for resource in resources:
            match resource["resourceType"]:
                case "Patient":
                    resource["name"] = [{"family": evil, "given": [evil]}]
                    resource["identifier"] = [{"value": evil}]
                case "Condition" | "AllergyIntolerance":
                    resource["code"]["text"] = evil[:5000]
                case "MedicationStatement":
                    resource["medicationCodeableConcept"]["text"] = resource["id"] = evil[:5000]

    path = edited(tmp_path, poison)
    assert main(["plan", path, *FULL]) in (3, 4)
    captured = capsys.readouterr()
    assert all(line.isprintable() for line in captured.out.splitlines())
    assert len(captured.out) < 200_000


# ---- documents -----------------------------------------------------------------------------------------------
def test_the_calendar_file_holds_the_series_and_no_name(tmp_path, capsys) -> None:
    path = tmp_path / "series.ics"
    found = plan("pass", "--ics", str(path), exits=0, capsys=capsys)
    events = icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT")
    assert [e["DTSTART"].dt.isoformat() for e in events] == [s["date"] for s in found["series"]]
    assert len({str(e["UID"]) for e in events}) == len(events)
    assert {str(e["STATUS"]) for e in events} == {"TENTATIVE"}
    text = path.read_text("utf-8").lower()
    assert not any(word in text for word in ("example", "ketamine", "depress", "ex-0001"))


def test_the_calendar_of_a_closed_gate_says_so(tmp_path, capsys) -> None:
    path = tmp_path / "series.ics"
    plan("block", "--ics", str(path), exits=4, capsys=capsys)
    assert all(
        str(e["SUMMARY"]).startswith("BLOCK: ")
        for e in icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT")
    )


def test_no_series_writes_no_calendar_and_says_so(tmp_path, capsys) -> None:
    def heal(resources: list[dict]) -> None:
        next(r for r in resources if r["resourceType"] == "Condition")["clinicalStatus"] = {
            "coding": [{"code": "resolved"}]
        }

    path = tmp_path / "series.ics"
    assert main(["plan", edited(tmp_path, heal), *FULL, "--ics", str(path)]) == 4
    assert "series.ics was not written" in capsys.readouterr().err
    assert not path.exists()


@pytest.mark.parametrize("option", ["--ics", "--pdf"])
def test_a_document_that_can_not_be_written_exits_2_and_leaves_nothing(tmp_path, option, capsys) -> None:
    target = tmp_path / "no-such-folder" / "x"
    assert main(["plan", example("pass"), *FULL, option, str(target)]) == 2
    captured = capsys.readouterr()
    assert "can't be written" in captured.err
    assert captured.out == ""
    folder = tmp_path / "a-folder"
    folder.mkdir()
    assert main(["plan", example("pass"), *FULL, option, str(folder)]) == 2
    assert [p.name for p in tmp_path.iterdir()] == ["a-folder"]


def test_when_one_document_can_not_be_written_neither_is(tmp_path, capsys) -> None:
    old = tmp_path / "series.ics"
    old.write_text("as it was", "utf-8")
    for bad in (tmp_path / "none" / "plan.pdf", tmp_path, "a\0b"):
        assert main(["plan", example("pass"), *FULL, "--ics", str(old), "--pdf", str(bad)]) == 2
        assert "can't be written" in capsys.readouterr().err
    assert old.read_text("utf-8") == "as it was"
    assert list(tmp_path.iterdir()) == [old]


def test_the_same_plan_gives_the_same_documents(tmp_path, capsys) -> None:
    for name in ("a", "b"):
        assert (
            main(
                [
                    "plan",
                    example("pass"),
                    *FULL,
                    "--ics",
                    str(tmp_path / f"{name}.ics"),
                    "--pdf",
                    str(tmp_path / f"{name}.pdf"),
                ]
            )
            == 0
        )
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    first, second = (unstamped(tmp_path / f"{name}.ics") for name in ("a", "b"))
    assert first == second


def unstamped(path: Path) -> list[bytes]:
    """A calendar file without what says when it was made: a later file has to be newer."""
    return [line for line in path.read_bytes().splitlines() if not line.startswith((b"DTSTAMP", b"SEQUENCE"))]


# ---- as a process --------------------------------------------------------------------------------------------
def run(*words: str, **more) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, cwd=ROOT, check=False, **more
    )


def test_planning_loads_neither_django_nor_numpy_nor_a_document_library() -> None:
    code = (
        "import sys; from tenuto.cli import main; main(sys.argv[1:]);"
        "print(sorted({m.partition('.')[0] for m in sys.modules} & {'django', 'numpy', 'scipy', 'typst', 'icalendar', 'pint'}))"
    )
    done = run("-c", code, "plan", example("pass"), *FULL, "--json")
    assert done.stdout.rstrip().endswith("[]"), done.stderr


def test_a_terminal_that_knows_only_ascii_still_gets_the_plan() -> None:
    done = run(
        "-m", "tenuto", "plan", example("pass"), *FULL, env={"PYTHONIOENCODING": "ascii", "PYTHONPATH": "src"}
    )
    assert done.returncode == 0, done.stderr
    assert "PASS. No finding" in done.stdout


@pytest.mark.parametrize(("start", "code"), [("2026-03-01", 2), ("2026-03-02", 0)])
def test_a_first_day_that_is_over_is_refused_with_both_days(start, code, capsys) -> None:
    words = ["plan", example("pass"), *FULL, "--start", start]
    assert main(words) == code
    assert ("2026-03-01 lies before 2026-03-02" in capsys.readouterr().err) is (code == 2)
