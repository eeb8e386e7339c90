"""A new user adds a patient, sees why another one is blocked, and prints a plan."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

ROOT = Path(__file__).resolve().parents[2]
COMPLETE_ON = date(2026, 3, 2)
"""The day for which the example bundles are complete."""


def as_of_today(name: str) -> bytes:
    """An example bundle with every recent date moved, so that it is as fresh as on its own day."""
    moved = datetime.now(UTC).date() - COMPLETE_ON
    text = (ROOT / "examples" / name).read_text("utf-8")
    return re.sub(
        r"\b202[56]-\d\d-\d\d", lambda m: (date.fromisoformat(m[0]) + moved).isoformat(), text
    ).encode()


def command_line(bundle: Path, *options: str) -> dict:
    """What `tenuto plan --json` says."""
    today = datetime.now(UTC).date().isoformat()
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tenuto",
            "plan",
            str(bundle),
            "--json",
            "--policy",
            "demo",
            "--as-of",
            today,
            *options,
        ],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": ""},
    )
    assert done.returncode in (0, 3, 4), done.stderr
    return json.loads(done.stdout)


def test_a_bundle_becomes_a_plan_with_the_numbers_of_the_command_line(visit, tmp_path):
    bundle = tmp_path / "pass.json"
    bundle.write_bytes(as_of_today("pass.json"))
    told = command_line(bundle, "--vial", "50mg/mL", "--total-volume", "100mL")

    visit.given_signed_in()
    visit.then_it_looks_right("patients")
    visit.when_they_drop("pass.json", bundle.read_bytes())
    visit.when_they_keep_what_was_read()
    expect(visit.page.get_by_role("status").first).to_contain_text("was added")
    visit.when_they_choose(vial="50", volume="100")

    visit.then_the_gate_is(told["gate"])
    dose, seen = told["dose"], visit.section("dose")
    expect(seen).to_contain_text(f"{dose['dose_mg']} mg of ketamine base over {dose['minutes']} min")
    expect(seen).to_contain_text("Two calculations agree")
    for label, value in (
        ("Pump rate", f"{dose['rate_ml_per_h']} mL/h"),
        ("Draw up, 50 mg/mL", f"{dose['drug_volume_ml']} mL"),
        ("Concentration", f"{dose['concentration_mg_per_ml']} mg/mL"),
        ("Drug rate", f"{dose['rate_mg_per_h']} mg/h"),
        ("Drug rate for each kg", f"{dose['rate_mg_per_kg_per_h']} mg/kg/h"),
    ):
        expect(
            seen.locator("dl.amounts > div", has=visit.page.get_by_text(label, exact=True))
        ).to_contain_text(value)
    days = [date.fromisoformat(entry["date"]) for entry in told["series"]]
    shown = visit.section("series").locator(".visits li b").all_text_contents()
    assert shown == [f"{d:%a} {d.day} {d:%b}" for d in days]
    visit.then_it_looks_right("plan-of-a-dropped-bundle")


def test_why_a_patient_is_blocked_opens_to_the_source(visit):
    visit.given_signed_in()
    visit.when_they_open_the_patient("Demo Elder")
    visit.then_the_gate_is("BLOCK")
    expect(visit.section("gate")).to_contain_text("only a medical director's exception, with a typed reason")
    finding = visit.when_they_open_the_finding("aneurysm")
    expect(finding).to_contain_text("Spravato (esketamine) prescribing information")
    expect(finding).to_contain_text("tenuto-demo version 1, signed")
    visit.then_it_looks_right("blocked")


def test_a_plan_is_printed_whole(visit, tmp_path):
    visit.given_signed_in()
    visit.when_they_open_the_patient("Demo Alder")
    visit.when_they_choose(vial="50", volume="100")
    visit.then_the_gate_is("PASS")
    visit.page.emulate_media(media="print")
    expect(visit.section("options")).to_be_hidden()
    expect(visit.section("dose")).to_be_visible()
    expect(visit.section("series")).to_be_visible()
    printed = visit.page.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    pages = len(re.findall(rb"/Type /Page\b", printed))
    assert 1 <= pages <= 5  # four sheets; a machine whose only font is wide takes a fifth
    visit.page.emulate_media(media="screen")
    with visit.page.expect_download() as download:
        visit.page.get_by_role("link", name="Plan as PDF").click()
    assert re.fullmatch(r"MRN-DEMO-0001_depression-6x2wk_[\d-]+\.pdf", download.value.suggested_filename)
    with visit.page.expect_download() as download:
        visit.page.get_by_role("link", name="Calendar file").click()
    assert Path(download.value.path()).read_text("utf-8").count("BEGIN:VEVENT") == 6


def test_a_file_that_is_no_bundle_is_said_and_nothing_is_saved(visit):
    visit.given_signed_in()
    before = visit.page.locator("tbody tr").count()
    visit.when_they_drop("letter.json", b'{"resourceType": "Patient"}')
    expect(visit.page.get_by_role("alert")).to_contain_text("not a Bundle")
    assert visit.page.locator("tbody tr").count() == before
    visit.then_it_looks_right("not-a-bundle")


def test_the_pages_work_from_the_keyboard(visit):
    visit.given_signed_in()
    visit.page.goto(visit.address)
    visit.page.keyboard.press("Tab")
    expect(visit.page.get_by_role("link", name="Skip to the content")).to_be_focused()
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator("main")).to_be_focused()
    visit.when_they_open_the_patient("Demo Elder")
    summary = visit.page.locator("details.finding > summary").first
    summary.focus()
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator("details.finding").first).to_have_attribute("open", "")


@pytest.mark.parametrize("theme", ["paper", "dim"])
def test_every_component_looks_right_in_both_themes(visit, theme):
    visit.given_the_theme(theme)
    visit.page.goto(f"{visit.address}/gallery/")
    expect(visit.page.locator("html")).to_have_attribute("data-theme", theme)
    visit.then_it_looks_right(f"gallery-{theme}")


def test_long_names_refusals_and_the_dim_room_look_right(visit):
    visit.given_signed_in()
    visit.given_the_theme("dim")
    visit.when_they_open_the_patient(
        "Demo Maximiliana-Theodora van Oudtshoorn-Featherstonehaugh de la Rocha y Echevarría"
    )
    visit.then_it_looks_right("long-name-dim")
    visit.when_they_open_the_patient("Demo Hazel")
    visit.then_the_gate_is("REFUSE")
    expect(visit.section("dose")).to_contain_text("No dose")
    visit.then_it_looks_right("refused-dim")


def test_charlie_sees_none_of_alices_patients(visit):
    visit.given_signed_in()
    visit.when_they_open_the_patient("Demo Alder")
    address = visit.page.url
    visit.page.get_by_role("button", name="Sign out").click()
    visit.given_signed_in("charlie")
    expect(visit.page.get_by_text("Demo Alder")).to_have_count(0)
    answer = visit.page.request.get(address)
    assert answer.status == 404
