"""Laws of the replay on random sessions: it never raises, nothing depends on the order of arrival, no drug is lost or made."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenuto.core.infusion.entries import (
    CONTENTS,
    AdverseEventCharted,
    BagLabelled,
    BolusGiven,
    Charted,
    CollisionSettled,
    DistressCharted,
    DrugGiven,
    EmergencyDeclared,
    EmergencyEnded,
    EntryStruck,
    EscortSeen,
    HandedOver,
    InstructionsTaughtBack,
    Leaving,
    LineFlushed,
    LineRecorded,
    NoteWritten,
    PatientLeft,
    PrescriberSaw,
    PumpPaused,
    PumpResumed,
    PumpStarted,
    PumpStopped,
    RateChanged,
    RecoveryAnswered,
    RecoveryScored,
    ReminderAnswered,
    SessionEntry,
    SiteChecked,
    StopCause,
    VerbalOrderSigned,
    VerbalOrderTaken,
    VitalsTaken,
)
from tenuto.core.infusion.entry_json import content_from_json, content_to_json, kind_of
from tenuto.core.infusion.pump import PUMP, PumpState, step
from tenuto.core.infusion.replay import replay
from tenuto.core.units import Mg, Ml, MlPerHour
from tests.core.infusion.sessions import BASELINE, BEGAN, ORDER, POLICY, entry, started

RATES = st.decimals(0, 999, places=1).map(MlPerHour)
NUMBERS = st.none() | st.integers(0, 300)
SCORES = st.none() | st.integers(0, 10)
WORDS = st.sampled_from(["", "x", "Dr Alice"])
CONTENT: dict[type, st.SearchStrategy] = {
    PumpStarted: st.builds(PumpStarted, RATES, WORDS),
    RateChanged: st.builds(RateChanged, RATES),
    PumpPaused: st.just(PumpPaused()),
    PumpResumed: st.just(PumpResumed()),
    PumpStopped: st.builds(PumpStopped, st.sampled_from(StopCause)),
    BolusGiven: st.builds(BolusGiven, st.decimals(0, 60, places=2).map(Mg)),
    LineFlushed: st.builds(LineFlushed, st.integers(0, 50).map(Ml)),
    VitalsTaken: st.builds(
        VitalsTaken, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, st.none() | st.integers(0, 5)
    ),
    DistressCharted: st.builds(DistressCharted, SCORES, SCORES),
    AdverseEventCharted: st.builds(
        AdverseEventCharted, st.sampled_from(["nausea", "chest_pain", "nothing known"]), st.integers(1, 5)
    ),
    DrugGiven: st.builds(DrugGiven, WORDS, WORDS, WORDS),
    SiteChecked: st.builds(SiteChecked, st.booleans()),
    LineRecorded: st.builds(LineRecorded, WORDS, st.integers(14, 26)),
    BagLabelled: st.builds(BagLabelled, st.integers(0, 600)),
    NoteWritten: st.builds(NoteWritten, WORDS),
    HandedOver: st.builds(HandedOver, WORDS),
    VerbalOrderTaken: st.builds(VerbalOrderTaken, WORDS, WORDS, st.booleans()),
    VerbalOrderSigned: st.builds(VerbalOrderSigned, st.sampled_from("abc")),
    ReminderAnswered: st.builds(ReminderAnswered, st.sampled_from(["stop_pressure_twice:a", "?"]), WORDS),
    EmergencyDeclared: st.just(EmergencyDeclared()),
    EmergencyEnded: st.builds(EmergencyEnded, WORDS),
    RecoveryScored: st.builds(
        RecoveryScored,
        st.sampled_from(["aldrete_percent", "aldrete_mmhg", "padss_modified", "unknown"]),
        st.lists(st.integers(-1, 3), max_size=6).map(tuple),
    ),
    RecoveryAnswered: st.builds(
        RecoveryAnswered,
        st.sampled_from(["gait", "light_headed", "?"]),
        st.sampled_from(["no", "steady", "?"]),
    ),
    EscortSeen: st.builds(EscortSeen, WORDS, WORDS),
    InstructionsTaughtBack: st.builds(
        InstructionsTaughtBack, st.lists(st.sampled_from(["no_driving", "?"])).map(tuple), st.booleans()
    ),
    PrescriberSaw: st.builds(PrescriberSaw, WORDS),
    PatientLeft: st.builds(PatientLeft, st.sampled_from(Leaving), WORDS, WORDS, WORDS),
    EntryStruck: st.just(EntryStruck()),
    CollisionSettled: st.builds(CollisionSettled, st.text(max_size=2), st.text(max_size=2), st.just("Both.")),
}
ENTRIES = st.builds(
    SessionEntry,
    id=st.sampled_from("abcdefghij"),
    number=st.integers(1, 40),
    at=st.timedeltas(timedelta(minutes=-5), timedelta(hours=3)).map(lambda since: BEGAN + since),
    what=st.one_of(*CONTENT.values()),
    by=st.sampled_from(["Bob", "Bea"]),
    amends=st.sampled_from(["", "", "", "a", "b", "j", "z"]),
    known=st.sampled_from([None, None, 0, 10]),
)
SESSIONS = st.lists(ENTRIES, max_size=25)


def check_laws(entries: list[SessionEntry], shuffled: list[SessionEntry], now) -> None:
    found = replay(entries, ORDER, policy=POLICY, now=now, baseline=BASELINE)
    assert replay(shuffled, ORDER, policy=POLICY, now=now, baseline=BASELINE) == found
    assert found.given_ml + found.left_ml == ORDER.volume
    assert found.given + found.left == ORDER.dose
    assert 0 <= found.given.value <= ORDER.dose.value
    # mg and mL are the same drug.
    assert abs(found.given.value - found.given_ml.value * ORDER.concentration.value) < Decimal("0.00001")


@given(SESSIONS, st.randoms(use_true_random=False), st.timedeltas(timedelta(0), timedelta(hours=4)))
@settings(max_examples=300)
def test_replay_never_raises_and_conserves_the_drug(entries, shuffle, later):
    shuffled = [*entries, *entries[:3]]
    shuffle.shuffle(shuffled)
    check_laws(entries, shuffled, BEGAN + later)


@pytest.mark.soak
@given(SESSIONS, st.randoms(use_true_random=False), st.timedeltas(timedelta(0), timedelta(hours=4)))
@settings(max_examples=10_000)
def test_ten_thousand_random_sessions(entries, shuffle, later):
    shuffled = [*entries, *entries]
    shuffle.shuffle(shuffled)
    check_laws(entries, shuffled, BEGAN + later)


@given(SESSIONS)
@settings(max_examples=100)
def test_more_time_never_takes_drug_back(entries):
    given_at = [
        replay(entries, ORDER, policy=POLICY, now=BEGAN + timedelta(minutes=minutes)).given.value
        for minutes in (0, 7, 30, 61, 200)
    ]
    assert given_at == sorted(given_at)


@given(SESSIONS)
@settings(max_examples=100)
def test_the_pump_agrees_with_a_slow_one_that_counts_second_by_second(entries):
    whole = [each for each in entries if not isinstance(each.what, BolusGiven) and not each.amends]
    unique = {each.id: each for each in sorted(whole, key=lambda e: -e.number)}
    timed = sorted(
        (
            SessionEntry(id=e.id, number=e.number, at=e.at.replace(microsecond=0), what=e.what)
            for e in unique.values()
        ),
        key=lambda e: (e.at, e.number, e.id),
    )
    now, given_ml, state, rate = BEGAN + timedelta(hours=3), Decimal(0), PumpState.NOT_STARTED, Decimal(0)
    moment, waiting = BEGAN - timedelta(minutes=6), list(timed)
    while moment < now:
        while waiting and waiting[0].at <= moment:
            what = waiting.pop(0).what
            state = step(state, what).to
            rate = what.rate.value if isinstance(what, PumpStarted | RateChanged) else rate
        if state is PumpState.RUNNING:
            given_ml = min(given_ml + rate / 3600, ORDER.volume.value)
        moment += timedelta(seconds=1)
    found = replay(timed, ORDER, policy=POLICY, now=now)
    assert abs(found.given_ml.value - given_ml) < Decimal("0.0001")


def test_every_kind_of_entry_is_tried():
    assert set(CONTENT) == set(CONTENTS)


@pytest.mark.parametrize("kind", CONTENTS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("state", PumpState)
def test_every_entry_in_every_state(state, kind):
    what = _example(kind)
    before = {
        PumpState.NOT_STARTED: [],
        PumpState.RUNNING: [started()],
        PumpState.PAUSED: [started(), entry(5, PumpPaused())],
        PumpState.ENDED: [started(), entry(5, PumpStopped(StopCause.PATIENT))],
    }[state]
    found = replay(
        [*before, entry(10, what, key="it")], ORDER, policy=POLICY, now=BEGAN + timedelta(minutes=10)
    )
    expected = PUMP[state, kind].to if (state, kind) in PUMP else state
    assert found.state is expected


def _example(kind: type) -> Charted:
    plain = {
        PumpStarted: PumpStarted(MlPerHour(75)),
        RateChanged: RateChanged(MlPerHour(50)),
        PumpStopped: PumpStopped(StopCause.OTHER),
        BolusGiven: BolusGiven(Mg(1)),
        LineFlushed: LineFlushed(Ml(20)),
        AdverseEventCharted: AdverseEventCharted("nausea", 1),
        DrugGiven: DrugGiven("Ondansetron", "4 mg", "IV"),
        SiteChecked: SiteChecked(sound=True),
        LineRecorded: LineRecorded("left hand", 22),
        BagLabelled: BagLabelled(240),
        NoteWritten: NoteWritten("Sleeps."),
        HandedOver: HandedOver("Bob"),
        VerbalOrderTaken: VerbalOrderTaken("Ondansetron 4 mg", "Dr Alice", read_back=True),
        VerbalOrderSigned: VerbalOrderSigned("v"),
        ReminderAnswered: ReminderAnswered("?", "Reassured"),
        EmergencyEnded: EmergencyEnded("Over."),
        RecoveryScored: RecoveryScored("aldrete_percent", (2, 2, 2, 2, 2)),
        RecoveryAnswered: RecoveryAnswered("gait", "steady"),
        EscortSeen: EscortSeen("Ana Silva", "555-0100"),
        InstructionsTaughtBack: InstructionsTaughtBack(("no_driving",), escort=True),
        PrescriberSaw: PrescriberSaw("No injury."),
        CollisionSettled: CollisionSettled("a", "b", "Both happened."),
        PatientLeft: PatientLeft(Leaving.TRANSFERRED, "Chest pain", "Dr Alice", "General hospital"),
    }
    return plain[kind] if kind in plain else kind()


@pytest.mark.parametrize("kind", CONTENTS, ids=lambda kind: kind.__name__)
def test_what_is_kept_is_read_back(kind):
    what = _example(kind)
    assert content_from_json(kind_of(what), content_to_json(what)) == what


def test_the_pump_table_is_whole():
    kinds = {kind for _, kind in PUMP}
    assert {(state, kind) for state in PumpState for kind in kinds} == set(PUMP)
