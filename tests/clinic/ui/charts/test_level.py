"""Charts of predicted level: what they draw, what they say, and that they never look like a target."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tenuto.clinic.ui.charts.dose_level import dose_level, model_range, range_chart
from tenuto.clinic.ui.charts.level import level_chart, level_text
from tenuto.clinic.ui.charts.look import PAGE, PRINT
from tenuto.clinic.ui.charts.render import render
from tenuto.clinic.ui.charts.session_level import PressureReading, session_chart, session_figure, session_text
from tenuto.core.pk import GivenDose, Regimen, Subjects, load
from tenuto.core.pk.curves import DISCLAIMER, curves
from tenuto.core.units import Kg, Mg, MgPerKg, Minutes

USUAL = Regimen.single(MgPerKg("0.5"), Minutes(40))
TIMES = np.arange(0.0, 241.0)
READINGS = [PressureReading(0, 126, 80), PressureReading(30, 151, 94), PressureReading(55, 136, 84)]


def found(*models: str, regimen: Regimen = USUAL, weight: float = 70.0, people: int = 0):
    chosen = [load(m) for m in models or ("otto-2021",)]
    return curves(chosen, regimen, Subjects(weight, age_years=45.0), TIMES, people=people)


def shown(weight: str = "72.5", age: float | None = 45.0):
    return model_range(dose=Mg(37), over=Minutes(40), body_weight=Kg(weight), age_years=age)


def words(spec) -> str:
    return str(spec["title"]) if "title" in spec else ""


def marks(spec) -> list[dict]:
    return [layer["mark"] for layer in spec["layer"]]


def test_every_chart_says_that_it_is_not_a_target() -> None:
    assert "do not titrate to this line" in words(level_chart(found(), USUAL))
    assert DISCLAIMER in level_text(found(), USUAL)
    for drawing in (range_chart(shown()), session_chart(READINGS, shown())):
        assert all(part in str(drawing) for part in DISCLAIMER.split("; "))
    assert DISCLAIMER in session_text(READINGS, shown())


def test_one_model_shows_its_metabolite_several_show_the_drug_alone() -> None:
    one = level_chart(found(), USUAL)
    several = level_chart(found("otto-2021", "kamp-2020"), USUAL)
    assert [m["type"] for m in marks(one)].count("line") == 2
    assert [m["type"] for m in marks(several)].count("line") == 2
    names = [v["name"] for layer in several["layer"] for v in layer["data"]["values"] if "name" in v]
    assert set(names) == {"Otto 2021, venous", "Kamp 2020, arterial"}


def test_a_name_says_of_which_blood_its_curve_is_where_the_curves_differ_in_that() -> None:
    def names(*models: str) -> set[str]:
        chart = level_chart(found(*models), USUAL)
        return {v["name"] for layer in chart["layer"] for v in layer["data"]["values"] if "name" in v}

    assert names("otto-2021", "domino") == {"Otto 2021, venous", "Domino, site unknown"}
    assert names("kamp-2020", "simons-2022") == {"Kamp 2020", "Simons 2022"}


def test_a_chart_that_starts_late_keeps_all_its_marks_inside() -> None:
    late = curves([load("otto-2021")], USUAL, Subjects(70.0), np.arange(200.0, 241.0))
    chart = level_chart(late, USUAL)
    assert min(chart["encoding"]["x"]["axis"]["values"]) == 200
    assert chart["layer"][0]["data"]["values"] == []
    inside = curves([load("otto-2021")], USUAL, Subjects(70.0), np.arange(30.0, 61.0))
    assert level_chart(inside, USUAL)["layer"][0]["data"]["values"] == [{"time": 30.0, "until": 40.0}]


def test_a_chart_of_a_time_before_any_drug_still_has_a_scale() -> None:
    later = Regimen((GivenDose(Minutes(600), Mg(35), Minutes(40)),))
    chart = level_chart(found(regimen=later), later)
    assert chart["encoding"]["y"]["scale"]["domain"] == [0, 1.0]


def test_names_of_a_course_stand_in_the_margin_and_a_long_title_is_broken() -> None:
    course = USUAL.repeated(every=Minutes(2880), count=15)
    times = np.linspace(0, 43_200, 500)
    several = curves([load("otto-2021"), load("kamp-2020")], course, Subjects(70.0), times)
    chart = level_chart(several, course)
    assert {v["time"] for layer in chart["layer"] for v in layer["data"]["values"] if "name" in v} == {43_200}
    one = level_chart(curves([load("otto-2021")], course, Subjects(70.0), times), course)
    assert len(one["title"]["text"]) == 2


def test_people_are_a_fan_and_the_chart_says_which() -> None:
    chart = level_chart(found(people=50), USUAL)
    assert "area" in [m["type"] for m in marks(chart)]
    assert "5 to 95 % of people" in words(chart)


def test_outside_a_soft_limit_the_line_is_broken_and_the_reason_is_on_the_chart() -> None:
    bolus = Regimen.single(MgPerKg("0.5"), None)
    chart = level_chart(found(regimen=bolus), bolus)
    lines = [m for m in marks(chart) if m["type"] == "line"]
    assert all(m["strokeDash"] for m in lines)
    assert "a dose given at once" in words(chart)
    assert not any("strokeDash" in m for m in marks(level_chart(found(), USUAL)))


def test_every_dose_of_a_long_course_keeps_its_peak() -> None:
    """Fewer points are drawn than there are times; equal doses must still look equal."""
    course = USUAL.repeated(every=Minutes(2880), count=6)
    times = np.union1d(np.arange(0.0, course.end + 200, 7), [d.stop for d in course.doses])
    chart = level_chart(curves([load("simons-2022")], course, Subjects(70.0), times), course)
    drawn = chart["layer"][1]["data"]["values"]
    peaks = [max(v["level"] for v in drawn if abs(v["time"] - dose.stop) <= 30) for dose in course.doses]
    assert len(drawn) <= 302
    assert max(peaks) / min(peaks) < 1.01


def test_labels_of_lines_that_end_together_are_moved_apart() -> None:
    chart = level_chart(found("domino", "kamp-2020", "simons-2022", "otto-2021"), USUAL)
    levels = sorted(
        v["level"] for layer in chart["layer"] for v in layer["data"]["values"] if "name" in v and "from" in v
    )
    gaps = np.diff(sorted(set(levels)))
    top = chart["encoding"]["y"]["scale"]["domain"][1]
    assert gaps.min() * chart["height"] / top >= 14.9


@pytest.mark.parametrize(
    ("end", "title", "last"),
    [(0.5, "s", 0.5), (240, "min", 240), (1500, "h", 1440), (20_000, "days", 17_280)],
)
def test_the_time_axis_is_in_the_unit_that_fits(end: float, title: str, last: int) -> None:
    chart = level_chart(curves([load("otto-2021")], USUAL, Subjects(70.0), np.linspace(0, end, 200)), USUAL)
    assert chart["encoding"]["x"]["title"] == f"{title} from the start"
    ticks = chart["encoding"]["x"]["axis"]["values"]
    assert ticks[-1] == pytest.approx(last)
    assert 4 <= len(ticks) <= 15


@pytest.mark.parametrize(("form", "begins"), [("svg", b"<svg"), ("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_a_chart_can_be_drawn_in_every_form(form: str, begins: bytes) -> None:
    assert render(level_chart(found(), USUAL), form).startswith(begins)


def test_the_range_holds_every_model_at_every_time() -> None:
    ranged = shown()
    for curve in ranged.found:
        assert (ranged.lowest <= curve.ng_per_ml).all()
        assert (curve.ng_per_ml <= ranged.highest).all()
    assert len(ranged.found) == 6
    assert {c.analyte for c in ranged.found} == {"ketamine"}


def test_the_figure_has_words_a_table_and_drawings_in_the_theme_of_the_page() -> None:
    figure = dose_level(dose=Mg(37), over=Minutes(40), body_weight=Kg("72.5"), age_years=45.0)
    assert "Otto 2021 predicts at most 165 ng/mL, at 40 min" in figure.text
    assert figure.headings[2:] == ("10 min", "20 min", "40 min", "60 min", "120 min", "240 min")
    assert {row[0] for row in figure.rows} >= {"Otto 2021", "Kamp 2020"}
    for drawing in (figure.wide, figure.narrow):
        assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', drawing)) <= {
            "none",
            PAGE.ink,
            PAGE.soft,
            PAGE.accent,
            PAGE.hairline,
        }
        assert "style=" not in drawing
        assert "<script" not in drawing


def test_outside_soft_limits_the_figure_carries_the_cautions() -> None:
    figure = dose_level(dose=Mg(60), over=Minutes(40), body_weight=Kg(140), age_years=45.0)
    assert "this is a weight of 140 kg" in figure.cautions[0]
    assert figure.cautions[1].startswith("Outside what they rest on, too: Clements 1981, Domino")
    assert "Perez-Ruixo" not in figure.cautions[1]
    assert "stroke-dasharray" in figure.wide


@pytest.mark.parametrize(("weight", "age"), [("260", 45.0), ("12", 45.0), ("72.5", 1.0)])
def test_outside_the_hard_limits_there_is_no_figure(weight: str, age: float) -> None:
    assert dose_level(dose=Mg(37), over=Minutes(40), body_weight=Kg(weight), age_years=age) is None


def test_a_model_that_says_nothing_is_named_and_left_out(monkeypatch) -> None:
    from tenuto.clinic.ui.charts import dose_level as module
    from tenuto.core.pk import OutsideModel

    def refusing(models, *rest, **more):
        if models[0].id == "domino":
            raise OutsideModel("outside")
        return curves(models, *rest, **more)

    monkeypatch.setattr(module, "curves", refusing)
    ranged = shown()
    assert ranged.left_out == ("Domino",)
    assert "Domino says nothing about this patient and is left out." in module.level_figure(ranged).cautions


def test_pressure_is_above_and_level_below_on_one_axis() -> None:
    upper, lower = session_chart(READINGS, shown())["vconcat"]
    assert upper["encoding"]["x"]["scale"] == lower["encoding"]["x"]["scale"]
    assert {v["mmHg"] for v in upper["data"]["values"]} == {126, 80, 151, 94, 136, 84}
    assert upper["encoding"]["y"]["title"] == "observed, mmHg"
    assert lower["encoding"]["y"]["title"] == "predicted, ng/mL"


def test_the_session_shows_that_the_patient_is_outside_what_the_model_rests_on() -> None:
    def line(weight: str) -> dict:
        return session_chart(READINGS, shown(weight))["vconcat"][1]["layer"][1]["mark"]

    assert "strokeDash" in line("150")
    assert "strokeDash" not in line("72.5")
    assert any("a weight of 150 kg" in caution for caution in session_figure(READINGS, shown("150")).cautions)


def test_a_pressure_out_of_the_ordinary_stays_inside_the_chart() -> None:
    upper, _ = session_chart([PressureReading(10, 231, 28)], shown())["vconcat"]
    low, high = upper["encoding"]["y"]["scale"]["domain"]
    assert low < 28
    assert high > 231


@pytest.mark.parametrize("width", [560, 250])
def test_the_session_names_its_line_and_its_band(width: int) -> None:
    assert "Otto 2021, range of 6 models" in str(session_chart(READINGS, shown(), width=width))


def test_before_the_first_reading_the_chart_says_so() -> None:
    assert "No blood pressure recorded yet" in str(session_chart([], shown()))
    figure = session_figure([], shown())
    assert "No blood pressure recorded yet" in figure.text
    assert figure.rows == ()


def test_the_session_figure_lists_each_reading_with_the_level_beside_it() -> None:
    figure = session_figure(READINGS, shown())
    assert figure.rows[1][:3] == ("30", "151", "94")
    assert int(figure.rows[1][3]) == pytest.approx(136, abs=2)
    assert "highest 151/94 mmHg at 30 min, last 136/84 mmHg at 55 min" in figure.text


def test_print_uses_fixed_colours_only() -> None:
    assert "var(" not in str(level_chart(found(), USUAL, look=PRINT))
