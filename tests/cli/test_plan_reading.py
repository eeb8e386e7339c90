"""What `tenuto plan` says of a record: the report, the zone, one line for what is not recorded, colour on a terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tenuto.cli import main
from tenuto.cli.terminal import in_colour, terminal_width
from tests.cli.test_plan import EXAMPLES, FULL, edited, example
from tests.clinic.interop.fhir.bundles import bundle, concept, condition, observation, quantity


def general_record(tmp_path: Path) -> str:
    """What a general record system sends: who, a coded diagnosis, a weight and a medicine."""
    made = bundle(
        condition(concept("http://hl7.org/fhir/sid/icd-10-cm", "F33.2")),
        observation("29463-7", valueQuantity=quantity(70, "kg", "kg")),
        {
            "resourceType": "MedicationRequest",
            "id": "m1",
            "status": "active",
            "intent": "order",
            "subject": {"reference": "Patient/p1"},
            "medicationCodeableConcept": {"text": "sertraline 50 mg"},
        },
    )
    path = tmp_path / "general.json"
    path.write_text(json.dumps(made), "utf-8")
    return str(path)


def test_a_general_record_gives_a_dose_at_review_with_things_to_do(tmp_path, capsys) -> None:
    assert main(["plan", general_record(tmp_path), *FULL]) == 3
    text = capsys.readouterr().out
    assert "Dose         35 mg ketamine base over 40 min" in text
    assert "By Mon 2 Mar 2026" in text
    shown = text.split("Dose for one infusion")[0]
    assert "Consent to this treatment" in shown
    assert "facts are not recorded" in shown
    assert "MISSING-" not in text


def test_all_lists_what_is_not_recorded_and_the_most_dangerous_first(tmp_path, capsys) -> None:
    main(["plan", general_record(tmp_path), *FULL, "--all"])
    listed = capsys.readouterr().out.split("Not recorded\n")[1].split("\n\n")[0].splitlines()
    assert len(listed) > 30
    escort = next(line for line in listed if line.startswith("  - Escort"))
    assert listed.index(escort) < listed.index("  - Tobacco")


def test_a_report_plans_nothing_and_says_how_each_entry_ended(capsys) -> None:
    assert main(["plan", example("pass"), "--report"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("Pat Example: 19 entries, 18 used, 1 not needed. Nothing was planned or written.")
    assert "visits elsewhere: Encounter/enc-1" in text
    assert "Dose" not in text


def test_a_report_shows_every_value_with_unit_date_and_origin(capsys) -> None:
    main(["plan", example("pass"), "--report"])
    said = " ".join(capsys.readouterr().out.split())
    assert "Measured weight: 70 kg, Fri 27 Feb 2026" in said
    assert "(Observation/obs-29463-7)" in said
    main(["plan", example("pass"), "--report", "--json"])
    read = json.loads(capsys.readouterr().out)["read"]
    assert {"what", "value", "from"} == {key for each in read for key in each}
    assert any(each["from"] == "Observation/obs-29463-7" for each in read)


def test_a_report_with_something_to_look_at_exits_3(tmp_path, capsys) -> None:
    def procedure(resources: list[dict]) -> None:
        next(r for r in resources if r["resourceType"] == "Encounter")["resourceType"] = "Procedure"

    path = edited(tmp_path, procedure)
    assert main(["plan", path, "--report"]) == 3
    assert "To look at" in capsys.readouterr().out
    assert main(["plan", path, "--report", "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    assert found["counts"] == {"not understood": 1, "used": 18}
    assert len(found["entries"]) == 19


@pytest.mark.parametrize(("zone", "dose"), [("America/New_York", True), ("UTC", False)])
@pytest.mark.parametrize("by", ["option", "setting"])
def test_an_evening_is_put_on_its_day_in_the_clinic_s_zone(
    zone, dose, by, tmp_path, capsys, monkeypatch
) -> None:
    def evening(resources: list[dict]) -> None:
        next(r for r in resources if r["id"] == "obs-29463-7")["effectiveDateTime"] = "2026-03-03T01:30:00Z"

    options = ["--zone", zone] if by == "option" else []
    monkeypatch.setenv("TENUTO_TIME_ZONE", "" if by == "option" else zone)
    main(["plan", edited(tmp_path, evening), *FULL, "--json", *options])
    found = json.loads(capsys.readouterr().out)
    assert (found["dose"] is not None) == dose


def test_a_zone_that_is_none_is_refused(capsys) -> None:
    assert main(["plan", example("pass"), "--zone", "Mars/Base"]) == 2
    assert "'Mars/Base' is not a time zone" in capsys.readouterr().err


def test_a_prescriber_names_the_indication_that_only_words_give(tmp_path, capsys) -> None:
    def words(resources: list[dict]) -> None:
        next(r for r in resources if r["resourceType"] == "Condition")["code"] = {
            "text": "Depression since 2019"
        }

    path = edited(tmp_path, words)
    assert main(["plan", path, *FULL]) == 4
    assert "A prescriber names the indication." in " ".join(capsys.readouterr().out.split())
    assert main(["plan", path, *FULL, "--indication", "depression"]) == 3
    assert "Dose         35 mg" in capsys.readouterr().out


def test_a_later_calendar_file_is_newer_even_in_the_same_second(tmp_path, capsys) -> None:
    made = []
    for name in ("one.ics", "two.ics", "three.ics"):
        path = tmp_path / name
        assert main(["plan", example("pass"), *FULL, "--ics", str(path)]) == 0
        text = path.read_text("utf-8")
        made.append((int(text.split("SEQUENCE:")[1].split()[0]), text.split("DTSTAMP:")[1].split()[0]))
    assert made == sorted(set(made))
    assert len({number for number, _ in made}) == len({stamp for _, stamp in made}) == 3


@pytest.mark.parametrize(
    ("terminal", "no_color", "term", "coloured"),
    [
        (True, "", "xterm", True),
        (True, "1", "xterm", False),
        (True, "", "dumb", False),
        (False, "", "xterm", False),
    ],
)
def test_colour_is_for_a_terminal_that_wants_it(terminal, no_color, term, coloured, monkeypatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal)
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setenv("TERM", term)
    assert in_colour() is coloured


@pytest.mark.parametrize("width", [40, 55, 72])
def test_the_text_keeps_to_the_terminal_s_width(width, capsys, monkeypatch) -> None:
    monkeypatch.setattr("tenuto.cli.plan.terminal_width", lambda: width)
    main(["plan", str(EXAMPLES / "review.json"), *FULL])
    assert max(map(len, capsys.readouterr().out.splitlines())) <= width
    for terminal in (True, False):
        monkeypatch.setattr("sys.stdout.isatty", lambda terminal=terminal: terminal)
        for columns, used in (("300", 100), ("40", 40), ("12", 40)):
            monkeypatch.setenv("COLUMNS", columns)
            assert terminal_width() == used
