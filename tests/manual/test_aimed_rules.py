"""The page on aimed rules calls a win what is one."""

from pathlib import Path

import pytest

from tenuto.core.durability.aim import AIMS
from tenuto.core.durability.clinic import read_clinic
from tenuto.core.durability.clinic_margins import FIXED
from tenuto.core.durability.truths import TRUTH_WORDS
from tenuto.core.policy import default_policy
from tenuto.manual.aimed_rules import offered, page, rows_of, verdict

_FILE = Path(__file__).parents[2] / "examples/durability/aims.toml"
EXAMPLE = read_clinic(_FILE.read_text("utf-8"), name="aims")


@pytest.mark.parametrize(
    ("more", "error", "fewer", "word"),
    [
        ("+5.0", "2.4", "", "wins"),
        ("+5.0", "2.6", "", "open"),
        ("+5.0", "2.6", "15", "wins"),
        ("+5.0", "2.6", "14", "open"),
        ("-0.1", "2.6", "40", "open"),
        ("-5.0", "2.6", "", "open"),
        ("-5.3", "2.6", "", "loses"),
    ],
)
def test_a_win_is_more_days_beyond_chance_or_clearly_fewer_infusions(more, error, fewer, word):
    row = {"points_more": more, "monte_carlo_error": error, "percent_fewer_infusions": fewer}
    assert verdict(row) == word


def test_the_page_says_where_a_rule_does_not_win():
    text = page()
    for answering in TRUTH_WORDS.values():
        assert f"## Patients who answer by {answering}" in text
    compared = [row for truth in TRUTH_WORDS for row in rows_of("margins", truth)]
    not_won = [row for row in compared if verdict(row) != "wins"]
    own = [row for row in compared if row["aim"] == default_policy().word("forecast_aim")]
    won = sum(verdict(row) == "wins" for row in own)
    assert f"Its rules win in {won} of {len(own)} comparisons below." in text
    summed = [line for line in text.splitlines() if line.startswith("It wins in")]
    assert len(summed) == len(TRUTH_WORDS)
    assert sum(line.count("(open)") + line.count("(loses)") for line in summed) == len(not_won)


def test_the_runs_are_of_a_thousand_patients_and_name_every_rule():
    named = {policy.name for policy in EXAMPLE.policies}
    assert EXAMPLE.patients == 1000
    for truth in TRUTH_WORDS:
        assert {row["policy"] for row in rows_of("policies", truth)} == named
        assert {row["rule"] for row in rows_of("backtest", truth)} == named - {"no maintenance"}


@pytest.mark.parametrize("truth", TRUTH_WORDS)
def test_the_aim_that_ships_wins_and_gives_fewest_that_are_needless_whoever_the_patients_are(truth):
    against = {
        aim: next(r for r in rows_of("margins", truth) if (r["rule"], r["rival"]) == (offered(aim), FIXED))
        for aim in AIMS
    }
    needless = {
        row["rule"]: float(row["needless_infusions_a_year"] or 0) for row in rows_of("backtest", truth)
    }
    infusions = {row["policy"]: float(row["infusions_a_year"]) for row in rows_of("policies", truth)}
    ships = default_policy().word("forecast_aim")
    assert verdict(against[ships]) == "wins"
    for aim in AIMS:
        assert needless[offered(ships)] <= needless[offered(aim)]
        assert infusions[offered(ships)] <= infusions[offered(aim)]
