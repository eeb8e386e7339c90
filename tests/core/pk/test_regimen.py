from __future__ import annotations

import numpy as np
import pytest

from tenuto.core.pk.regimen import GivenDose, Regimen, RegimenError
from tenuto.core.units import Mg, MgPerHour, MgPerKg, MgPerKgPerHour, Minutes

HOUR = Minutes(60)


def test_a_dose_for_each_kg_uses_the_dosing_weight() -> None:
    assert list(GivenDose(Minutes(0), MgPerKg("0.5"), Minutes(40)).milligrams([70.0, 100.0])) == [35.0, 50.0]
    assert list(GivenDose(Minutes(0), Mg(35)).milligrams([70.0, 100.0])) == [35.0, 35.0]


def test_a_rate_is_a_dose_of_rate_times_time() -> None:
    """Hazard H5: 0.5 mg/kg/h over 40 min is a third less than 0.5 mg/kg."""
    given = GivenDose.at_rate(Minutes(0), MgPerKgPerHour("0.5"), Minutes(40))
    assert float(given.milligrams(60.0)) == pytest.approx(20.0)
    assert GivenDose.at_rate(Minutes(0), MgPerHour(20), Minutes(30)).amount == Mg(10)


def test_the_pump_rate_counts_up_to_and_at_the_end() -> None:
    rate = Regimen.single(Mg(40), Minutes(40)).rate_mg_per_min([0.0, 0.1, 40.0, 40.1], 70.0)
    np.testing.assert_array_equal(rate, [[0, 1, 1, 0]])


def test_infusions_that_follow_each_other_are_one_run_and_do_not_overlap() -> None:
    pieces = Regimen((GivenDose(Minutes(0), Mg(5), HOUR), GivenDose(HOUR, Mg(9), Minutes(120))))
    assert pieces.longest_run_hours == 3
    assert pieces.end == 180


def test_overlapping_infusions_are_refused() -> None:
    with pytest.raises(RegimenError, match="starts at 30 min overlaps the one from 0 to 60"):
        Regimen((GivenDose(Minutes(0), Mg(5), HOUR), GivenDose(Minutes(30), Mg(5), HOUR)))


def test_a_bolus_may_fall_into_an_infusion() -> None:
    both = Regimen((GivenDose(Minutes(0), Mg(5), HOUR), GivenDose(Minutes(30), Mg(5))))
    assert both.shortest_min == 0


def test_repeating_moves_whole_days() -> None:
    course = Regimen.single(MgPerKg("0.5"), Minutes(40)).repeated(every=Minutes(2880), count=6)
    assert [d.start for d in course.doses] == [2880.0 * i for i in range(6)]


@pytest.mark.parametrize(
    ("doses", "most"),
    [
        ([(0, 35, 40)], 0.5),
        ([(0, 35, 40), (720, 35, 40)], 1.0),
        ([(0, 35, 40), (1440, 35, 40)], 0.5),
        ([(0, 2100, 2880)], 15.0),  # 30 mg/kg over two days: half of it in any one
    ],
)
def test_the_largest_dose_of_a_day(doses: list[tuple[int, int, int]], most: float) -> None:
    regimen = Regimen(tuple(GivenDose(Minutes(a), Mg(mg), Minutes(o)) for a, mg, o in doses))
    assert regimen.most_mg_per_kg_in_24_h(weight_kg=70, dosing_weight_kg=70) == pytest.approx(most)


def test_the_largest_dose_of_a_day_counts_an_infusion_that_runs_when_a_bolus_falls_into_it() -> None:
    both = Regimen((GivenDose(Minutes(0), Mg(48), Minutes(2880)), GivenDose(Minutes(1000), Mg(10))))
    assert both.most_mg_per_kg_in_24_h(weight_kg=1, dosing_weight_kg=1) == pytest.approx(24 + 10)
    twice = Regimen((GivenDose(Minutes(0), Mg(10)), GivenDose(Minutes(1440), Mg(10))))
    assert twice.most_mg_per_kg_in_24_h(weight_kg=1, dosing_weight_kg=1) == pytest.approx(10)


def test_the_largest_dose_of_a_day_is_that_of_the_patient_who_is_given_most_for_the_weight() -> None:
    """One bolus for each kg of the dosing weight, an hour later one of 30 mg: 15/30 + 30/30, 60/60 + 30/60, 10/100 + 30/100."""
    mixed = Regimen((GivenDose(Minutes(0), MgPerKg("0.5")), GivenDose(Minutes(60), Mg(30))))
    bodies = {"weight_kg": [30.0, 60.0, 100.0], "dosing_weight_kg": [30.0, 120.0, 20.0]}
    assert mixed.most_mg_per_kg_in_24_h(**bodies) == pytest.approx(1.5)
    alone = Regimen((GivenDose(Minutes(0), MgPerKg("0.5")),))
    assert alone.most_mg_per_kg_in_24_h(**bodies) == pytest.approx(1.0)
    flat = Regimen((GivenDose(Minutes(60), Mg(30)),))
    assert flat.most_mg_per_kg_in_24_h(**bodies) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("starts", "text"),
    [
        ((0,), "35 mg over 40 min"),
        ((0, 2880, 5760), "3 doses of 35 mg over 40 min, every 2 d"),
        ((0, 720, 1440), "3 doses of 35 mg over 40 min, every 12 h"),
        ((0, 2880, 10_080), "3 doses of 35 mg over 40 min"),
    ],
)
def test_a_course_of_one_dose_is_named_by_it(starts: tuple[int, ...], text: str) -> None:
    assert Regimen(tuple(GivenDose(Minutes(s), Mg(35), Minutes(40)) for s in starts)).text == text


def test_different_doses_are_counted() -> None:
    first, second = GivenDose(Minutes(0), Mg(10)), GivenDose(HOUR, Mg(35), Minutes("13.3333333333333"))
    assert Regimen((first, second)).text == "10 mg at once, and 1 more dose"
    assert second.text == "35 mg over 13.3333 min"


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda: Regimen(()), "has no dose"),
        (lambda: GivenDose(Minutes(0), Mg(0)), "gives nothing"),
        (lambda: GivenDose(Minutes(0), Mg(1), Minutes(0)), "over 0 min has no rate"),
    ],
)
def test_what_gives_nothing_is_refused(build, says: str) -> None:
    with pytest.raises(RegimenError, match=says):
        build()
