"""Studies that the model had not seen: every published figure has its trial, its source and its prediction."""

import csv

import pytest

from tenuto.cli import main
from tenuto.core.durability.calibration.table import reported
from tenuto.core.sources import source
from tenuto.manual.later_studies import TRIALS, Later, later, page, trial_of

FOUND = later()
NAMES = sorted({one.trial for one in FOUND})


def test_every_trial_has_a_published_figure_and_every_figure_is_asked_of_its_trial():
    assert sorted(path.stem for path in TRIALS.glob("*.toml")) == NAMES
    for one in FOUND:
        asked = {(endpoint.metric, endpoint.at) for endpoint in trial_of(one.trial).endpoints}
        assert (one.metric.removesuffix("_control"), one.at) in asked
        assert source(one.source)


def test_no_study_is_in_a_table_that_the_model_was_fitted_to():
    used = {str(each) for row in reported().values() for each in row.basis.sources}
    assert not used & {str(source(one.source)) for one in FOUND}


@pytest.mark.parametrize(
    ("published", "hit", "score"), [(30, True, 40), (50, True, 40), (51, False, 60), (8, False, 80)]
)
def test_what_lies_outside_counts_twenty_times(published, hit, score):
    one = Later("trial", "response", "day 1", published, 10, 20, 50, "V", "LI-2022")
    assert (one.hit, one.interval_score) == (hit, score)


def test_the_page_counts_hits_and_names_every_miss():
    text = page()
    assert f"**{sum(one.hit for one in FOUND)} of {len(FOUND)}** figures" in text
    assert text.count("**miss**") == sum(not one.hit for one in FOUND)
    assert text.count("| hit |") == sum(one.hit for one in FOUND)


def test_the_smallest_comes_out_again_near_what_is_committed(tmp_path, capsys):
    out = tmp_path / "again.csv"
    words = ["simulate", "trial", str(TRIALS / "bloch.toml"), "--replicates", "200", "--csv", str(out)]
    assert main(words) == 0
    with out.open(encoding="utf-8") as file:
        (again,) = csv.DictReader(file)
    (one,) = (each for each in FOUND if each.trial == "bloch")
    assert float(again["q50"]) == pytest.approx(one.middle, abs=10)
    assert float(again["q05"]) == pytest.approx(one.low, abs=10)
