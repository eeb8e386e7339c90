"""The shipped calibration belongs to the shipped data and code, and predicts what it claims to predict."""

import json
from pathlib import Path

import numpy as np
import pytest

from tenuto.cli import main
from tenuto.cli.calibrate import plots, processes, stale
from tenuto.core.durability.calibration import likelihood
from tenuto.core.durability.calibration.aims import aims
from tenuto.core.durability.calibration.card import results
from tenuto.core.durability.calibration.contest import Lead, lead
from tenuto.core.durability.calibration.fit import Calibration, calibrate, log_posterior
from tenuto.core.durability.calibration.likelihood import Settings, predicted
from tenuto.core.durability.calibration.result import RESULTS, RIVALS
from tenuto.core.durability.calibration.score import RowResult, in_sample
from tenuto.core.durability.calibration.table import data_sha256, reported, studies
from tenuto.core.durability.population import Population, fitted, parameters_of
from tenuto.core.durability.structure import CURRENT, structure

pytestmark = pytest.mark.thorough

HYPER = structure().hyper
DOCS = Path(__file__).parents[2] / "docs/generated"


def test_the_parameters_belong_to_the_data_and_to_the_code():
    assert stale() == []
    assert results()["data_sha256"] == data_sha256() == fitted().data_sha256


def test_a_changed_model_is_noticed(monkeypatch):
    monkeypatch.setattr("tenuto.core.durability.parts.LN2", 0.70)
    assert any("another log posterior" in reason for reason in stale())


def test_check_says_so_with_its_exit_code(capsys, monkeypatch):
    assert main(["calibrate", "--check"]) == 0
    monkeypatch.setattr("tenuto.cli.calibrate.data_sha256", lambda: "0" * 64)
    assert main(["calibrate", "--check"]) == 1
    assert "stale: The table" in capsys.readouterr().out


def test_ninety_percent_intervals_hold_about_ninety_percent_even_of_studies_that_are_left_out():
    for rows in (results()["left_out"], results()["fitted"]):
        assert len(rows) == sum(row.scored for row in reported().values())
        assert 0.85 <= sum(row["hit"] for row in rows) / len(rows) <= 0.95


@pytest.mark.parametrize(
    "words",
    [["--sbc", "0"], ["--nuts", "0"], ["--seed", "-1"], ["--check", "--sbc", "40"], ["--output", "nowhere"]],
)
def test_a_slip_in_the_options_starts_no_fit(words, capsys, monkeypatch):
    monkeypatch.setattr("tenuto.cli.calibrate.calibrate", lambda *_, **__: pytest.fail("a fit was started"))
    assert main(["calibrate", *words]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_what_the_second_model_was_to_reach_is_reached_but_for_what_the_card_calls_missed():
    missed = {aim.what for aim in aims(results()) if not aim.reached}
    assert missed == {
        "a lead over the fixed hazard beyond two standard errors",
        "a better interval score than model 1 as it shipped, first table",
    }
    card = (DOCS / "durability-model-card.md").read_text("utf-8")
    for what in missed:
        assert f"| {what} | **missed** |" in card
    assert card.count("**missed**") == len(missed)


def test_left_out_studies_are_predicted_better_than_by_a_fixed_hazard_in_most_groups():
    over = lead(results()["left_out"], results()["rivals"]["baseline"]["left_out"])
    rest = over.without(over.most_from)
    assert over.by_chance < 0.01
    assert rest.total > 2 * rest.error


def test_a_sign_test_counts_the_groups_that_are_better():
    over = Lead(3.0, 1.0, {"A": 2.0, "B": 1.5, "C": -0.5})
    assert over.by_chance == pytest.approx((3 + 1) / 8)
    assert over.without("A").by_group == {"B": 1.5, "C": -0.5}
    assert over.without("A").error == pytest.approx(2.0)


def test_the_drug_against_control_a_week_after_one_infusion_is_what_was_published():
    figure = next(row["model"] for row in results()["checks"] if row["key"] == "C1-d7")
    low, high = reported()["C1-d7"].interval
    assert low <= figure <= high


def test_an_interval_score_is_the_width_and_twenty_times_what_is_outside():
    inside, below = (RowResult("row", value, 20.0, 30.0, 45.0, -1.0, 1.0) for value in (45.0, 17.0))
    assert inside.interval_score == 25
    assert below.interval_score == 25 + 20 * 3


def test_rows_that_nobody_has_read_are_predicted_and_not_fitted():
    read, every = Settings(), Settings(rows="all")
    unread = [row for row in reported().values() if row.scored and not row.read]
    assert {row.basis.evidence for row in unread} == {"V2", "M"}
    assert not any(read.fits(row) for row in unread)
    assert all(every.fits(row) for row in unread)


def test_the_card_shows_every_row_and_every_miss():
    card = (DOCS / "durability-model-card.md").read_text("utf-8")
    for key in reported():
        assert f"| {key} |" in card
    shown = (results()["left_out"], results()["fitted"], results()["rivals"]["first"]["left_out"])
    misses = sum(not row["hit"] for rows in shown for row in rows)
    model = {row["key"]: row["model"] for row in results()["checks"]}
    judged = {key: reported()[key].interval for key in model if reported()[key].interval}
    misses += sum(not low <= model[key] <= high for key, (low, high) in judged.items())
    assert card.count("**miss**") == misses
    assert fitted().sha256 in card
    assert fitted().data_sha256 in card


def test_published_intervals_are_read_from_the_table():
    found = {
        key: row.interval
        for key, row in reported().items()
        if row.interval and row.role in ("check", "fitted")
    }
    assert found == {
        "C1-d1": (0.44, 0.72),
        "C1-d7": (0.23, 0.54),
        "C2": (0.53, 1.24),
        "C5-difference": (3.20, 12.71),
    }


def test_a_lead_is_as_sure_as_the_groups_of_studies_agree():
    groups = [study.group for study in studies()]
    one, other = (next(s.rows[0].key for s in studies() if s.group == g) for g in (groups[0], groups[-1]))
    own = [{"key": one, "weight": 0.5, "log_score": -1.0}, {"key": other, "weight": 1.0, "log_score": -2.0}]
    rival = [{"key": one, "log_score": -3.0}, {"key": other, "log_score": -5.0}]
    found = lead(own, rival)
    assert found.total == 4.0
    assert found.error == pytest.approx(2.0)
    assert (found.better_in, found.most_from) == (2, groups[-1])


def test_the_card_says_how_sure_the_lead_over_the_baseline_is():
    card = (DOCS / "durability-model-card.md").read_text("utf-8")
    found = lead(results()["left_out"], results()["rivals"]["baseline"]["left_out"])
    assert f"The lead over the fixed hazard is {found.total:.1f} ± {found.error:.1f}" in card
    assert ("chance between studies explains**" in card) == (found.total <= 2 * found.error)


def test_the_drawn_rows_are_those_of_the_results():
    drawing = (DOCS / "durability-rows.svg").read_text("utf-8")
    shares = [row["key"] for row in results()["left_out"] if reported()[row["key"]].is_share]
    assert all(key in drawing for key in shares)


@pytest.mark.parametrize("key", ["C7", "C11", "C20"])
def test_the_rows_of_the_card_are_what_the_code_of_today_predicts(key):
    """A change of the prediction or of the scoring asks for a new card, as a change of the model does."""
    study = next(s for s in studies() if s.key == key)
    nothing = np.zeros((0, len(HYPER)))
    fit = Calibration(
        fitted().mean,
        np.linalg.inv(fitted().covariance),
        nothing,
        np.zeros((0, len(HYPER), len(HYPER))),
        0.0,
        0,
    )
    stored = {row["key"]: row for row in results()["fitted"]}
    for row in in_sample((study,), fit, Settings(seed=fitted().seed)):
        assert row.log_score == pytest.approx(stored[row.key]["log_score"], abs=2e-3)
        assert (row.low, row.middle, row.high) == pytest.approx(
            tuple(stored[row.key][name] for name in ("low", "middle", "high")), abs=0.05
        )


def test_the_fit_is_at_the_top_of_the_posterior():
    settings = Settings(seed=fitted().seed)
    best = log_posterior(fitted().mean, studies(), settings)
    assert best == pytest.approx(results()["log_posterior"], abs=0.01)
    _, sd = structure().prior()
    for k in range(0, len(HYPER), 4):
        aside = fitted().mean.copy()
        aside[k] += sd[k]
        assert log_posterior(aside, studies(), settings) < best


def test_the_same_seed_gives_the_same_figures_and_the_baseline_others():
    study = next(s for s in studies() if s.key == "C11")
    again = [predicted(study, fitted().population, Settings()).values for _ in range(2)]
    np.testing.assert_array_equal(*again)
    rival = predicted(study, fitted().population, RIVALS["ablation"].settings).values
    assert not np.array_equal(again[0], rival, equal_nan=True)


def test_a_calibration_climbs_and_repeats_itself():
    some = tuple(s for s in studies() if s.key in ("C4", "C7"))
    settings = Settings(patients=60)
    start = log_posterior(structure().prior()[0], some, settings)
    one, other = (calibrate(some, settings, most_steps=2) for _ in range(2))
    assert one.log_posterior > start
    np.testing.assert_array_equal(one.mean, other.mean)
    assert (np.linalg.eigvalsh(one.covariance) > 0).all()


def test_a_parameter_that_a_study_cannot_see_is_not_simulated_again():
    study = next(s for s in studies() if s.key == "C4")
    here = fitted().population
    nudged = here.theta.copy()
    nudged[HYPER.index("nasal_gain")] += 0.1
    assert likelihood.same_for(study, here, Population(nudged), Settings())
    nudged[HYPER.index("gain")] += 0.1
    assert not likelihood.same_for(study, here, Population(nudged), Settings())


def test_every_scorable_row_has_a_protocol_and_every_row_its_evidence():
    assert {row.key for s in studies() for row in s.rows} == {
        row.key for row in reported().values() if row.scored or row.role == "fitted"
    }
    assert all(row.basis.tags for row in reported().values())


def test_overlapping_studies_count_less():
    for key in ("C3-saline-d1", "C4-response-d1", "C5-response-d1", "C8-0.5", "C13-response", "C16-response"):
        assert reported()[key].weight == 0.5


def test_the_parameter_file_says_where_it_comes_from():
    raw = json.loads(
        (Path(__file__).parents[2] / "src/tenuto/core/literature/durability/parameters.json").read_text(
            "utf-8"
        )
    )
    assert {"version", "seed", "data_sha256", "fingerprint", "names", "mean", "covariance"} == set(raw)


def test_the_drawn_example_is_what_the_readme_asks_for(tmp_path):
    history = str(DOCS.parents[1] / "examples/durability/history.csv")
    drawn = tmp_path / "course.svg"
    assert main(["forecast", history, "--candidate", "2026-04-24", "--plot", str(drawn)]) == 0
    assert drawn.read_bytes() == (DOCS / "durability-forecast.svg").read_bytes()


def test_a_calibration_draws_what_the_manual_holds():
    shipped = {
        "results.json": RESULTS.read_text("utf-8"),
        "parameters.json": parameters_of(CURRENT).read_text("utf-8"),
    }
    for name, drawing in plots(shipped).items():
        assert drawing == (DOCS / name).read_bytes(), name


def test_studies_simulated_in_several_processes_give_the_same_sum():
    some, settings = studies()[:3], Settings()
    with processes(2) as each:
        spread = log_posterior(fitted().mean, some, settings, each)
    assert spread == log_posterior(fitted().mean, some, settings)
