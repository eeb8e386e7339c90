"""The page on aimed rules calls a win what is one."""

import pytest

from tenuto.manual.aimed_rules import FILES, page, verdict


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
    for answering in ("the current model", "the first model", "one fixed hazard"):
        assert f"## Patients who answer by {answering}" in text
    lines = [line for line in text.splitlines() if line.startswith("| keep")]
    not_won = [line for line in lines if not line.endswith("| wins |")]
    summed = [line for line in text.splitlines() if line.startswith("It wins in")]
    assert len(summed) == len(FILES)
    assert sum(line.count("(open)") + line.count("(loses)") for line in summed) == len(not_won)
