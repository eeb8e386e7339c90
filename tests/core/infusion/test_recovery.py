"""Discharge by criteria: each criterion can close it, none is met by silence, and the paths of a day that goes otherwise."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenuto.core.infusion.entries import Leaving, PatientLeft, RecoveryScored
from tenuto.core.infusion.recovery import Before, Rescreen, recovery
from tenuto.core.infusion.recovery_data import MOST_POINTS, PathKind, recovery_data
from tenuto.core.infusion.replay import replay
from tenuto.core.scales.suicide_triage import RiskLevel
from tests.core.infusion.recoveries import CHANGES, END, NOW, answered, event, fit, pressed, said, scored
from tests.core.infusion.sessions import BASELINE, BEGAN, ORDER, POLICY, after
from tests.core.infusion.test_replay_laws import SESSIONS
from tests.spec.tables import rows


@pytest.mark.parametrize("row", rows("infusion/discharge.md", table=0))
def test_what_closes_a_discharge_by_criteria(row):
    """Hazards H19, H20 and H21."""
    patient = CHANGES[row["changed"]](fit())
    assert ", ".join(patient.open(int(row["minutes"]))) == row["open"]


@pytest.mark.parametrize("row", rows("infusion/discharge.md", table=1))
def test_blood_pressure_at_discharge(row):
    open_ = pressed(row["before"], row["after"], row["light-headed"]).open()
    assert ("pressure" not in open_) is (row["leaves"] == "yes")


@pytest.mark.parametrize("row", rows("infusion/discharge.md", table=2))
def test_scores_at_discharge(row):
    assert (row["score"] not in scored(row["score"], row["scored"]).open()) is (row["leaves"] == "yes")


def test_each_change_of_the_table_is_tried():
    assert {row.values[0]["changed"] for row in rows("infusion/discharge.md", table=0)} == set(CHANGES)


def test_a_score_with_an_item_of_nothing_is_not_fit_whatever_its_sum():
    """Hazard H29: nine of ten would be enough, and no item of an Aldrete may be 0."""
    variant = recovery_data().offered("aldrete").id
    patient = fit()
    patient.at("aldrete-1", 118, RecoveryScored(variant, (2, 2, 2, 2, 0)))
    assert "no item may be 0" in next(each.missing for each in patient.judged().open)


@pytest.mark.parametrize("points", [(), (2, 2, 2, 2), (2, 2, 2, 2, 2, 2), (3, 2, 2, 2, 2), (-1, 2, 2, 2, 2)])
def test_a_score_that_is_not_complete_is_none(points):
    variant = recovery_data().offered("padss").id
    patient = fit().without("padss-0")
    patient.at("padss-1", 118, RecoveryScored(variant, points))
    assert next(each for each in patient.judged().open).missing == "Score it."


def test_every_row_can_close_and_can_pass():
    for row in recovery_data().rows.values():
        assert {True, False} == {choice.met for choice in row.choices}
        for choice in row.choices:
            assert (row.id not in said(row.id, choice.id)(fit()).open()) is choice.met


def test_every_variant_says_what_each_point_is():
    for variant in recovery_data().variants.values():
        assert all(len(item.words) == MOST_POINTS + 1 for item in variant.items)


def test_no_criterion_is_met_by_silence():
    """A session that was stopped and of which nothing else is known: only what nobody charted an event for is met."""
    patient = fit()
    patient.parts = {key: patient.parts[key] for key in ("start", "stop")}
    patient.screens = ()
    met = {each.id for each in patient.judged().criteria if each.met}
    assert met == {"stay", "seen", "answered"}


def test_each_open_criterion_says_what_to_do():
    for name, change in CHANGES.items():
        for each in change(fit()).judged().open:
            assert each.missing.endswith("."), (name, each)


def test_the_paths():
    assert fit().judged().paths == ()
    kinds = lambda patient, minutes=NOW: [each.kind for each in patient.judged(minutes).paths]  # noqa: E731
    assert kinds(fit().without("escort")) == [PathKind.ESCORT_ABSENT]
    assert kinds(fit().without("escort"), 119) == []
    assert kinds(fit().screened(RiskLevel.HIGH)) == [PathKind.HIGH_RESCREEN]
    assert kinds(event("fall", 1, answered=True)(fit())) == [PathKind.FALL]
    assert set(recovery_data().paths) == set(PathKind)


@pytest.mark.parametrize(
    ("closes", "shown"), [(None, False), (156, False), (155, True), (125, True), (60, True)]
)
def test_unfit_as_the_clinic_closes_is_named_half_an_hour_before(closes, shown):
    patient = said("gait", "worse")(fit())
    patient.closes_at = closes
    assert (PathKind.UNFIT_AT_CLOSING in [each.kind for each in patient.judged().paths]) is shown
    late = fit().without("escort")
    late.closes_at = closes
    assert PathKind.UNFIT_AT_CLOSING not in [each.kind for each in late.judged().paths]


def test_who_has_left_needs_nothing_more():
    patient = fit().without("escort").at("left", 124, PatientLeft(Leaving.AGAINST_ADVICE, "Wants home."))
    found = patient.judged()
    assert (found.left.what.how, found.paths) == (Leaving.AGAINST_ADVICE, ())
    assert patient.account().due is None
    assert not found.ready


@pytest.mark.parametrize("later", [0, 20, 60, 600])
def test_what_stood_when_the_patient_left_does_not_grow_old(later):
    patient = said("gait", "worse")(fit()).at(
        "left", 124, PatientLeft(Leaving.REASONED, "Far to drive.", "Alice")
    )
    patient.screens = (*patient.screens, Rescreen(RiskLevel.HIGH, after(END + 130)))
    assert patient.open(NOW + later) == ["gait"]


def test_a_departure_under_the_running_pump_stops_no_clock():
    """Hazard H13: a departure charted before the end does not silence what is due."""
    patient = fit().without("stop").at("left", 100, PatientLeft(Leaving.AGAINST_ADVICE))
    assert patient.account().due is not None


@given(SESSIONS, st.randoms(use_true_random=False), st.timedeltas(timedelta(0), timedelta(hours=6)))
@settings(max_examples=200)
def test_recovery_never_raises_and_does_not_depend_on_the_order_of_arrival(entries, shuffle, later):
    shuffled, now = [*entries, *entries[:3]], BEGAN + later
    shuffle.shuffle(shuffled)
    screens = (Rescreen(RiskLevel.LOW, after(END + 3)), Rescreen(RiskLevel.HIGH, after(END + 3)))
    found = [
        recovery(
            replay(each, ORDER, policy=POLICY, now=now, baseline=BASELINE),
            before=Before(BASELINE, None), rescreens=order, policy=POLICY, closes_at=now,
        )
        for each, order in ((entries, screens), (shuffled, screens[::-1]))
    ]  # fmt: skip
    assert found[0] == found[1]
    assert found[0].ready is all(each.met for each in found[0].criteria)


@given(st.sampled_from(sorted(CHANGES)), st.integers(0, 400))
def test_waiting_alone_meets_nothing_but_the_stay(name, minutes):
    """What was seen grows old; no criterion but the stay is met by the clock."""
    patient = CHANGES[name](fit())
    now = {each.id for each in patient.judged(NOW).criteria if each.met}
    later = {each.id for each in patient.judged(NOW + minutes).criteria if each.met}
    assert later - now <= {"stay"}


def test_reminders_of_the_recovery_are_answered_before_leaving():
    patient = pressed("120/75", "170/101", "no")
    patient.parts = {key: each for key, each in patient.parts.items() if not key.startswith("answer")}
    assert "answered" in patient.open()
    assert "answered" not in answered(patient).open()
