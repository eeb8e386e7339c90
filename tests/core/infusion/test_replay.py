"""A session replayed: what it gave, in which state it is, and what does not fit. Exact, pure and total."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest

from tenuto.core.infusion.entries import (
    AdverseEventCharted,
    BolusGiven,
    EmergencyDeclared,
    EmergencyEnded,
    EntryStruck,
    PumpPaused,
    PumpResumed,
    PumpStopped,
    RateChanged,
    SessionEntry,
    StopCause,
    VerbalOrderSigned,
    VerbalOrderTaken,
    VitalsTaken,
)
from tenuto.core.infusion.prescribed import SessionOrderError
from tenuto.core.infusion.pump import PumpState
from tenuto.core.infusion.replay import replay, standing_entries
from tenuto.core.units import Mg, MgPerKg, MlPerHour
from tests.core.infusion.sessions import BEGAN, CALM, ORDER, POLICY, after, entry, started

DONE = PumpStopped(StopCause.COMPLETED)


def account(*entries, now: float, order=ORDER):
    return replay(entries, order, policy=POLICY, now=after(now))


def test_a_whole_infusion_gives_the_whole_dose():
    done = account(started(), entry(40, DONE), now=60)
    assert (done.state, done.given, done.given_per_kg) == (PumpState.ENDED, Mg(35), MgPerKg("0.5"))
    assert (done.started_at, done.ended_at, done.left_ml.value) == (BEGAN, after(40), 0)
    assert done.deviations == ()


@pytest.mark.parametrize(
    ("minutes", "mg"), [(0, "0"), (10, "8.75"), (20, "17.5"), (39, "34.125"), (41, "35")]
)
def test_the_running_dose(minutes, mg):
    assert account(started(), now=minutes).given.value == Decimal(mg)


def test_pauses_and_changes_of_rate_are_counted_exactly():
    done = account(
        started(),
        entry(10, RateChanged(MlPerHour("37.5"))),
        entry(20, PumpPaused()),
        entry(30, PumpResumed()),
        entry(40, PumpStopped(StopCause.PATIENT)),
        now=90,
    )
    # 12.5 mL, then twice 6.25 mL at half the rate.
    assert (done.given_ml.value, done.given.value, done.ran_seconds) == (25, Decimal("17.5"), 1800)
    assert done.deviations == ()


def test_an_empty_bag_gives_nothing_more_and_says_since_when():
    late = account(started(), now=70)
    assert (late.given, late.emptied_at, late.state) == (Mg(35), after(40), PumpState.RUNNING)


def test_a_bolus_counts_and_is_named_where_the_protocol_has_none():
    given = entry(10, BolusGiven(Mg(7)))
    named = account(started(), given, now=10)
    assert named.given.value == Decimal("15.75")
    assert [each.words for each in named.deviations] == ["a bolus was given, and the protocol has none"]
    assert account(started(), given, now=10, order=replace(ORDER, bolus=True)).deviations == ()


def test_a_bolus_larger_than_the_bag_gives_what_is_there():
    found = account(started(), entry(0, BolusGiven(Mg(99))), now=0, order=replace(ORDER, bolus=True))
    assert found.given == Mg(35)
    assert found.deviations[0].words == "the bolus of 99 mg is more than was left in the bag"


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([started(rate="80")], "the pump runs at 80 mL/h, and 75 mL/h is ordered"),
        (
            [started(), entry(5, RateChanged(MlPerHour(90)))],
            "the pump runs at 90 mL/h, and 75 mL/h is ordered",
        ),
        ([started(why_ungated="it was begun in the other room")], "before the gate was open: it was begun"),
        ([entry(5, PumpResumed())], "the pump was resumed, and no start is charted"),
    ],
)
def test_what_breaks_the_order_is_charted_and_named(entries, words):
    assert words in account(*entries, now=20).deviations[0].words


def test_a_slower_rate_is_no_deviation():
    assert account(started(), entry(5, RateChanged(MlPerHour(40))), now=20).deviations == ()


def test_the_order_in_which_entries_arrive_means_nothing():
    entries = (started(), entry(10, PumpPaused()), entry(15, PumpResumed()), entry(45, DONE))
    whole = account(*entries, now=60)
    assert all(account(*some, *some[:2], now=60) == whole for some in permutations(entries))


def test_two_entries_under_one_id_leave_the_first_and_say_so():
    one, two = entry(5, CALM, key="x", number=2), entry(6, VitalsTaken(199), key="x", number=3)
    found = account(started(), two, one, now=20)
    assert [each.what for each in found.entries if each.id == "x"] == [CALM]
    assert found.deviations[0].words == "another entry came under the same id; the one recorded first counts"


def test_an_amendment_stands_in_the_place_of_what_it_amends():
    wrong = entry(10, PumpPaused(), key="p", number=2)
    right = entry(20, PumpPaused(), key="q", number=3, amends="p", why="It was ten minutes later.")
    again = entry(30, PumpPaused(), key="r", number=4, amends="q", why="It was twenty.")
    assert account(started(), wrong, now=60).given.value == Decimal("8.75")
    assert account(started(), wrong, right, now=60).given.value == Decimal("17.5")
    assert account(started(), again, wrong, right, now=60).given.value == Decimal("26.25")
    assert [each.id for each in standing_entries([wrong, right, again])] == ["p"]


def test_a_struck_entry_never_happened():
    struck = entry(10, EntryStruck(), key="q", number=9, amends="p", why="Other patient.")
    assert account(started(), entry(10, PumpPaused(), key="p"), struck, now=40).given == Mg(35)


def test_an_amendment_of_nothing_counts_as_what_it_says():
    lost = entry(10, PumpPaused(), amends="gone", why="Wrong time.")
    found = account(started(), lost, now=40)
    assert found.given.value == Decimal("8.75")
    assert found.deviations[0].words == "it amends 'gone', which is not on record"


def test_amendments_in_a_circle_end():
    one = entry(10, PumpPaused(), key="a", number=2, amends="b")
    two = entry(20, PumpResumed(), key="b", number=3, amends="a")
    assert len(account(started(), one, two, now=40).deviations) == 2


def test_the_night_in_which_the_clocks_are_changed_is_an_hour_longer():
    berlin = ZoneInfo("Europe/Berlin")
    start = datetime(2026, 10, 25, 2, 50, tzinfo=berlin, fold=0)
    stop = datetime(2026, 10, 25, 2, 10, tzinfo=berlin, fold=1)
    entries = (
        replace(started(), at=start),
        SessionEntry(id="stop", number=9, at=stop, what=PumpStopped(StopCause.PATIENT)),
    )
    done = replay(entries, ORDER, policy=POLICY, now=stop + timedelta(hours=2))
    assert (done.ran_seconds, done.given.value) == (1200, Decimal("17.5"))


def test_an_emergency_has_its_own_clock_until_it_is_over():
    declared = entry(5, EmergencyDeclared())
    assert account(started(), declared, entry(7, EmergencyDeclared()), now=9).emergency_at == after(5)
    over = entry(20, EmergencyEnded("Taken to hospital."))
    assert account(started(), declared, over, now=30).emergency_at is None


def test_an_order_by_word_of_mouth_waits_for_its_signature():
    taken = entry(5, VerbalOrderTaken("Labetalol 5 mg IV", "Dr Alice", read_back=True), key="v")
    assert account(taken, now=9).unsigned_orders == (taken,)
    assert account(taken, entry(8, VerbalOrderSigned("v")), now=9).unsigned_orders == ()


def test_a_moment_without_a_zone_is_no_entry():
    with pytest.raises(ValueError, match="no time zone"):
        SessionEntry(id="x", number=1, at=datetime(2026, 12, 1, 10), what=CALM)  # noqa: DTZ001 - the point


def test_an_order_of_nothing_is_refused():
    with pytest.raises(SessionOrderError, match="zero"):
        replace(ORDER, dose=Mg(0))


def test_a_pause_moves_the_end_from_which_recovery_counts():
    """Hazard H19: the clock of recovery runs from the end of the infusion, not from its start."""
    paused = (entry(10, PumpPaused()), entry(25, PumpResumed()))
    done = account(started(), *paused, entry(55, DONE), now=60)
    assert (done.ended_at, done.given) == (after(55), Mg(35))
    resumed = account(started(), *paused, entry(55, DONE), entry(57, PumpResumed()), now=60)
    assert resumed.ended_at is None


def test_what_happens_later_is_left_out():
    assert account(started(), entry(30, AdverseEventCharted("nausea", 1)), now=20).entries == (started(),)
