"""The reference of the forecast's and the simulator's files names everything that they may hold."""

from __future__ import annotations

import csv
import json
import tomllib
from pathlib import Path

import pytest

from tenuto import cli
from tenuto.cli.simulate import BACKTEST_HEADING, MARGIN_HEADING, POLICY_HEADING
from tenuto.core.durability.aim import AIMS
from tenuto.core.durability.clinic import KINDS
from tenuto.core.durability.metrics import METRICS
from tenuto.core.durability.population import CONDITIONS, CONTROLS, COVARIATES, SETTINGS
from tenuto.core.literature import ROOT as LITERATURE

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/reference/forecast-and-simulation.md").read_text("utf-8")


HEADINGS = (*POLICY_HEADING[1:], *MARGIN_HEADING, *BACKTEST_HEADING)


@pytest.mark.parametrize("word", [*METRICS, *KINDS, *AIMS, *CONTROLS, *HEADINGS])
def test_every_choice_is_named(word):
    assert f"`{word}`" in PAGE


@pytest.mark.parametrize("word", [*CONDITIONS, *SETTINGS, *COVARIATES])
def test_every_circumstance_is_named(word):
    assert word in PAGE


def test_every_key_of_the_answer_is_explained(capsys):
    assert cli.main(["forecast", str(ROOT / "examples/durability/history.csv"), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    inner = [
        *answer["booster_window"],
        *answer["aim"],
        *answer["learned"],
        *answer["rules"][0],
        *answer["model"],
    ]
    for key in [*answer, *inner]:
        assert f"`{key}`" in PAGE or key == "name", key


def test_the_comparison_of_policies_quotes_the_committed_table():
    page = (ROOT / "docs/explanation/how-long-will-it-last.md").read_text("utf-8")
    with (ROOT / "docs/generated/durability-policies.csv").open("r", encoding="utf-8") as file:
        rows = {row["policy"]: row for row in csv.DictReader(file)}
    window, four, three = (rows[name] for name in ("the model's window", "every 4 weeks", "every 3 weeks"))
    year, kept, response, lost = (
        "infusions_a_year",
        "percent_of_days_with_gain_kept",
        "percent_of_days_in_response",
        "percent_who_lose_response",
    )
    assert f"at 25 %: {window[year]} a year | fixed, between {four[year]} and {three[year]} a year" in page
    for key, one, other in ((kept, four, three), (response, four, three), (lost, four, three)):
        assert f"{float(window[key]):.0f} %" in page
        assert f"{float(one[key]):.0f} to {float(other[key]):.0f} %" in page
    low, often = rows["the model's window at 5 %"], rows["every 2 weeks"]
    assert (
        f"on {float(low[response]):.0f} % of days with {float(low[year]):.0f} infusions a year"
        in page.replace("\n", " ")
    )
    assert f"every two weeks on {float(often[response]):.0f} % with {float(often[year]):.0f}" in page.replace(
        "\n", " "
    )


def test_no_page_of_the_manual_needs_a_script_from_elsewhere_for_its_formulas():
    assert (
        "math"
        not in (ROOT / "docs/conf.py")
        .read_text("utf-8")
        .partition("myst_enable_extensions")[2]
        .partition("\n")[0]
    )
    assert not [
        page.name for page in (ROOT / "docs").glob("[!_]*/*.md") if "{math}" in page.read_text("utf-8")
    ]


def test_the_factors_of_the_explanation_are_those_of_the_plan_and_used_where_it_says_so():
    page = (ROOT / "docs/explanation/how-long-will-it-last.md").read_text("utf-8")
    table = page[page.index("| Factor |") : page.index("## What it does not know")]
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:] if line.strip()
    ]
    told = {name: verdict for name, _, verdict in rows}
    known = tomllib.loads((LITERATURE / "factors.toml").read_text("utf-8")).values()
    assert {name: verdict.split()[0].strip(",:") for name, verdict in told.items()} == {
        factor["name"].lower(): "yes" if factor["used"] else "no" for factor in known
    }
