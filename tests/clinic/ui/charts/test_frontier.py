import itertools
import math

from tenuto.clinic.ui.charts.frontier import _Label, _labels, _leaders, frontier_chart
from tenuto.clinic.ui.charts.render import render
from tenuto.core.durability.clinic_simulation import PolicyResult


def result(policy, kind, infusions, response, kept):
    return PolicyResult(policy, kind, 65, infusions, response, kept, 90.0, 7.0, 50.0, 3, 100.0)


RESULTS = [
    result("no maintenance", "none", 0.0, 18.8, 28.5),
    result("every 3 weeks", "fixed", 16.7, 65.9, 85.0),
    result("every 4 weeks", "fixed", 12.5, 59.4, 77.8),
    result("esketamine interval rule", "esketamine_rule", 16.2, 65.0, 87.0),
    result("STABLE-style rule", "stable_rule", 16.8, 67.1, 88.5),
    result("the model's window", "model_window", 14.2, 54.0, 91.8),
]


def test_every_policy_is_on_both_panels():
    drawn = render(frontier_chart("example", RESULTS), "svg").decode()
    for one in RESULTS:
        assert drawn.count(f">{one.policy}</text>") == 2


def test_policies_of_one_kind_are_joined_and_nothing_else_is():
    upper = frontier_chart("example", RESULTS)["vconcat"][0]
    lines = [part for part in upper["layer"][0]["layer"] if part["mark"]["type"] == "line"]
    assert [line["transform"][0]["filter"] for line in lines] == [
        "datum.kind == 'fixed'",
        "datum.kind == 'model_window'",
    ]


def test_labels_of_points_close_together_do_not_cover_each_other():
    points = [(300.0 + 4 * k, 150.0 + 3 * k) for k in range(6)]
    labels = _labels([f"a policy of some length {k}" for k in range(6)], points)
    assert not any(one.covers(other) for one, other in itertools.combinations(labels, 2))


def test_no_line_strikes_through_a_label_where_there_is_room():
    upper = frontier_chart("example", RESULTS)["vconcat"][0]
    [three, four] = [v for v in upper["data"]["values"] if v["kind"] == "fixed"]
    low, high = sorted(
        [(640 * v["infusions"] / (1.1 * 16.8), 330 * (70 - v["share"]) / 60) for v in (three, four)]
    )
    for value in (three, four):
        width = 5.8 * len(value["policy"])
        for k in range(101):
            x, y = (a + k / 100 * (b - a) for a, b in zip(low, high, strict=True))
            inside = value["left"] < x < value["left"] + width and abs(y - value["top"]) < 5
            assert not inside


def test_a_label_far_from_its_point_is_tied_to_it():
    near, far = _Label(109.0, 50.0, 40.0), _Label(300.0, 120.0, 40.0)
    assert _leaders([(100.0, 50.0), (290.0, 40.0)], [near, far]) == [
        {"x": 290.0, "y": 40.0, "to_x": 300.0, "to_y": 113.0}
    ]


def test_labels_stay_on_the_panel():
    corners = [(0.0, 0.0), (640.0, 0.0), (0.0, 330.0), (640.0, 330.0)]
    for label in _labels(["a name of a policy"] * 4, corners):
        assert label.x >= 0
        assert label.x + label.width <= 640
        assert -34 <= label.y <= 330


def test_a_clinic_in_which_nobody_responds_is_an_empty_chart():
    nobody = [result("every 4 weeks", "fixed", math.nan, math.nan, math.nan)]
    assert render(frontier_chart("example", nobody), "svg").startswith(b"<svg")


def test_policies_that_all_hold_everything_still_have_an_axis():
    upper = frontier_chart("example", [result("every week", "fixed", 52.0, 100.0, 100.0)])["vconcat"][0]
    low, high = upper["layer"][0]["layer"][0]["encoding"]["y"]["scale"]["domain"]
    assert low < high
    assert upper["data"]["values"][0]["top"] < 330
