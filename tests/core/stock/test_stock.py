"""The drug ledger: every mL is in the cabinet, given, wasted before a witness, or named; no balance is below zero."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenuto.core.stock.balance import replay_stock
from tenuto.core.stock.clocks import due_day, loss_clocks
from tenuto.core.stock.entries import (
    DayClosed,
    LossReported,
    SessionDraw,
    SessionGiven,
    SessionResidual,
    SessionWaste,
    StockContent,
    StockEntry,
    StockWitnessed,
    VialAdjusted,
    VialCounted,
    VialLoss,
    VialReceived,
    VialReturned,
    VialWaste,
)
from tenuto.core.stock.entry_json import content_from_json, content_to_json, kind_of
from tenuto.core.units import Mg, MgPerMl, Ml
from tests.core.stock.ledgers import BEGAN, DAY, MIDNIGHT, balanced_day, entry, ledger, received, seen
from tests.spec.tables import rows

CONTENTS = StockContent.__args__


def test_a_day_in_balance():
    found = ledger(*balanced_day())
    assert found.unbalanced(MIDNIGHT) == ()
    (vial,) = found.vials.values()
    assert (vial.left, vial.drawn, vial.mass_left) == (Ml("9.2"), Ml("0.8"), Mg(460))
    (session,) = found.sessions.values()
    assert (session.drawn, session.given, session.wasted, session.balanced) == (Mg(40), Mg(35), Mg(5), True)
    assert found.discrepancies == ()


@pytest.mark.parametrize(
    ("without", "sentence"),
    [
        ("given", "Session S1: its chart is not closed, so what was given is not known."),
        ("waste", "Session S1: 5 mg drawn are neither given nor wasted."),
        ("seen-waste-bea", "Entries that nobody else has witnessed: 1."),
        ("count", "Vial V1 was not counted by two people today."),
        ("seen-count-bea", "Vial V1 was not counted by two people today."),
        ("in", "Vial V1 was used, and nobody wrote that it was received."),
        ("draw", "Session S1: 40 mg more are accounted for than were drawn."),
    ],
)
def test_a_day_that_can_not_be_closed_says_why(without, sentence):
    kept = [each for each in balanced_day() if each.id != without]
    assert sentence in ledger(*kept).unbalanced(MIDNIGHT)


def test_yesterdays_count_does_not_close_today():
    assert ledger(*balanced_day()).unbalanced(BEGAN + timedelta(hours=12)) == (
        "Vial V1 was not counted by two people today.",
    )


@pytest.mark.parametrize("name", ["bob", "Bob", " BOB "])
def test_nobody_witnesses_their_own_waste(name):
    """Hazard H26."""
    kept = [each for each in balanced_day() if each.id != "seen-waste-bea"]
    found = ledger(*kept, seen(96, "waste", by=name))
    assert not found.sessions["S1"].balanced
    assert found.sessions["S1"].waiting == Mg(5)
    assert [each.words for each in found.discrepancies] == [
        "Who wrote an entry can't witness it. Somebody else has to have seen it."
    ]


def test_more_than_there_is_is_an_excess_and_never_a_balance_below_zero():
    """Hazard H27."""
    found = ledger(entry(0, received(), key="in"), entry(5, SessionDraw("V1", "S1", Ml(12)), key="draw"))
    vial = found.vials["V1"]
    assert (vial.left, vial.excess, vial.drawn) == (Ml(0), Ml(2), Ml(12))
    assert found.discrepancies[0].words == "12 mL were taken out, and the ledger had 10 mL."
    assert any("Count it." in each for each in found.unbalanced(MIDNIGHT))


def test_a_count_that_differs_is_settled_by_an_adjustment_or_a_loss():
    short = [each for each in balanced_day() if "count" not in each.id]
    short += [entry(480, VialCounted("V1", Ml(9)), key="count"), seen(481, "count")]
    assert [each.words for each in ledger(*short).discrepancies] == [
        "9 mL were counted, and the ledger has 9.2 mL."
    ]
    assert any("9 mL counted" in each for each in ledger(*short).unbalanced(MIDNIGHT))
    half = [*short, entry(490, VialAdjusted("V1", Ml("0.1"), False, "Dead space."), key="a"), seen(491, "a")]
    assert ledger(*half).unbalanced(MIDNIGHT) != ()
    rest = [*half, entry(492, VialLoss("V1", Ml("0.1"), "Not found."), key="loss")]
    assert ledger(*rest).unbalanced(MIDNIGHT) == ()
    assert ledger(*rest).vials["V1"].left == Ml(9)
    more = [*balanced_day()[:-2], entry(480, VialCounted("V1", Ml("9.3")), key="count"), seen(481, "count")]
    assert ledger(*more).unbalanced(MIDNIGHT) != ()
    more += [entry(490, VialAdjusted("V1", Ml("0.1"), True, "Overfill."), key="a"), seen(491, "a")]
    assert ledger(*more).unbalanced(MIDNIGHT) == ()


def test_an_adjustment_that_nobody_else_saw_changes_nothing():
    found = ledger(*balanced_day(), entry(490, VialAdjusted("V1", Ml(1), False, "Mine."), key="a"))
    assert found.vials["V1"].left == Ml("9.2")
    assert [each.id for each in found.waiting] == ["a"]


def test_of_what_a_session_gave_the_newest_counts():
    late = StockEntry(
        id="later", number=900, at=BEGAN + timedelta(minutes=85), what=SessionGiven("S1", Mg(40)), by="bob"
    )
    assert ledger(*balanced_day(), late).sessions["S1"].given == Mg(40)


def test_what_is_sent_twice_counts_once():
    assert ledger(*balanced_day(), *balanced_day()) == ledger(*balanced_day())
    other = entry(10, SessionDraw("V1", "S1", Ml(5)), key="draw", number=500)
    found = ledger(*balanced_day(), other)
    assert found.vials["V1"].drawn == Ml("0.8")
    assert "Another entry came under the same id" in found.discrepancies[0].words


# Clocks.


@pytest.mark.parametrize("row", rows("stock/loss.md"))
def test_the_clocks_of_a_loss(row):
    """Hazard H28: what is discovered on a Friday evening is due on the next business day."""
    due = due_day(loss_clocks()[row["report"]], date.fromisoformat(row["discovered"]), {date(2026, 12, 25)})
    assert due.isoformat() == row["due"]


# Laws.

VIALS, SESSIONS = st.sampled_from(["V1", "V2", "V3"]), st.sampled_from(["S1", "S2"])
VOLUMES = st.decimals(0, 20, places=2).map(Ml)
MASSES = st.decimals(0, 90, places=1).map(Mg)
KEYS = st.sampled_from("abcdefghijkl")
WORDS = st.just("x")
CONTENT: dict[type, st.SearchStrategy] = {
    VialReceived: st.builds(
        VialReceived, VIALS, WORDS, WORDS, st.just(DAY), st.sampled_from([10, 50, 100]).map(MgPerMl), VOLUMES, WORDS
    ),
    SessionDraw: st.builds(SessionDraw, VIALS, SESSIONS, VOLUMES),
    SessionGiven: st.builds(SessionGiven, SESSIONS, MASSES),
    SessionWaste: st.builds(SessionWaste, SESSIONS, MASSES, WORDS),
    SessionResidual: st.builds(SessionResidual, SESSIONS, MASSES),
    VialWaste: st.builds(VialWaste, VIALS, VOLUMES, WORDS),
    VialReturned: st.builds(VialReturned, VIALS, VOLUMES, WORDS),
    VialLoss: st.builds(VialLoss, VIALS, VOLUMES, WORDS),
    LossReported: st.builds(LossReported, KEYS, st.sampled_from(["loss_notice", "?"]), WORDS),
    VialCounted: st.builds(VialCounted, VIALS, VOLUMES),
    VialAdjusted: st.builds(VialAdjusted, VIALS, VOLUMES, st.booleans(), WORDS),
    StockWitnessed: st.builds(StockWitnessed, KEYS),
    DayClosed: st.builds(DayClosed, st.just(DAY)),
}  # fmt: skip
ENTRIES = st.builds(
    StockEntry,
    id=KEYS,
    number=st.integers(1, 60),
    at=st.timedeltas(timedelta(0), timedelta(hours=9)).map(lambda since: BEGAN + since),
    what=st.one_of(*CONTENT.values()),
    by=st.sampled_from(["bob", "bea", "Bob "]),
)
LEDGERS = st.lists(ENTRIES, max_size=30)
LATER = st.timedeltas(timedelta(0), timedelta(hours=10))


def check_laws(entries, shuffled, now):
    found = replay_stock(entries, now)
    assert replay_stock(shuffled, now) == found
    for vial in found.vials.values():
        came = vial.volume_received.value + vial.added.value + vial.excess.value
        went = (vial.drawn, vial.wasted, vial.returned, vial.lost, vial.taken_off)
        assert came == vial.left.value + sum(each.value for each in went)
        assert vial.left.value >= 0
        assert (
            vial.mass_left is None or vial.mass_left.value == vial.left.value * vial.received.strength.value
        )
    for session in found.sessions.values():
        given_mg = session.given.value if session.given else Decimal(0)
        assert session.drawn.value == given_mg + session.wasted.value + session.residual.value + session.open
    drawn = sum(
        each.what.volume.value * found.vials[each.what.vial].received.strength.value
        for each in found.entries
        if isinstance(each.what, SessionDraw) and found.vials[each.what.vial].received
    )
    assert drawn == sum(each.drawn.value for each in found.sessions.values())
    assert all(each.endswith(".") for each in found.unbalanced(MIDNIGHT))


@given(LEDGERS, st.randoms(use_true_random=False), LATER)
@settings(max_examples=300)
def test_the_ledger_never_raises_and_conserves_every_ml(entries, shuffle, later):
    """Hazard H27."""
    shuffled = [*entries, *entries[:3]]
    shuffle.shuffle(shuffled)
    check_laws(entries, shuffled, BEGAN + later)


@pytest.mark.soak
@given(LEDGERS, st.randoms(use_true_random=False), LATER)
@settings(max_examples=10_000)
def test_ten_thousand_random_ledgers(entries, shuffle, later):
    shuffled = [*entries, *entries]
    shuffle.shuffle(shuffled)
    check_laws(entries, shuffled, BEGAN + later)


def _with_witnesses(part, entries):
    ids = {each.id for each in part}
    return [*part, *(each for each in entries if getattr(each.what, "entry", None) in ids)]


@given(st.lists(ENTRIES, max_size=30, unique_by=lambda each: each.id))
@settings(max_examples=300)
def test_a_session_and_a_vial_are_read_alone_as_the_whole_ledger_has_them(entries):
    """What a session needs is its own rows, their witnesses and the receipts of its vials; what a vial needs is its own, and theirs."""
    whole = ledger(*entries)
    for key, session in whole.sessions.items():
        own = [each for each in entries if getattr(each.what, "session", "") == key]
        vials = {each.what.vial for each in own if isinstance(each.what, SessionDraw)}
        came = [each for each in entries if isinstance(each.what, VialReceived) and each.what.vial in vials]
        assert ledger(*_with_witnesses(own, entries), *came).sessions[key] == session
    for key, vial in whole.vials.items():
        own = [each for each in entries if getattr(each.what, "vial", "") == key]
        assert ledger(*_with_witnesses(own, entries)).vials[key] == vial


def test_every_kind_of_entry_is_tried():
    assert set(CONTENT) == set(CONTENTS)


@given(st.one_of(*CONTENT.values()))
def test_what_is_kept_is_read_back(what):
    assert content_from_json(kind_of(what), content_to_json(what)) == what
