"""Entries of two people who did not know of each other's: found, never dropped, and settled by a person alone."""

from __future__ import annotations

import pytest

from tenuto.core.infusion.collisions import ChartClosed, collisions
from tenuto.core.infusion.entries import (
    CollisionSettled,
    EntryStruck,
    Leaving,
    NoteWritten,
    PatientLeft,
    PumpPaused,
    PumpResumed,
    PumpStopped,
    StopCause,
)
from tenuto.core.infusion.replay import replay
from tests.core.infusion.sessions import CALM, ORDER, POLICY, after, entry, started

STOPPED = PumpStopped(StopCause.PATIENT)


def saved(minutes, what, **more):
    """Saved by Bob on a device that knew entries up to the fifth, and recorded as the twentieth."""
    return entry(minutes, what, **{"key": "s", "number": 20, "known": 5, "by": "Bob", **more})


def meanwhile(minutes, what, **more):
    return entry(minutes, what, **{"key": "m", "number": 10, "by": "Bea", **more})


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (saved(10, PumpResumed()), meanwhile(9, STOPPED), "both charted the pump"),
        (saved(10, CALM), meanwhile(10.5, CALM), "both charted the same minute"),
        (
            saved(10, EntryStruck(), amends="v"),
            meanwhile(8, EntryStruck(), amends="v"),
            "both put the same entry right",
        ),
        (saved(40, CALM), meanwhile(30, PatientLeft(Leaving.AGAINST_ADVICE)), "the patient had left"),
    ],
)
def test_what_neither_knew_of_is_shown_side_by_side(first, second, words):
    (found,) = collisions([first, second])
    assert (found.saved, found.other) == (first, second)
    assert words in found.words


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (saved(10, CALM), meanwhile(11, CALM)),
        (saved(10, NoteWritten("a")), meanwhile(10, NoteWritten("b"))),
        (saved(10, PumpPaused()), meanwhile(10, PumpPaused(), number=4)),
        (saved(10, PumpPaused()), meanwhile(10, PumpPaused(), number=30)),
        (saved(10, PumpPaused()), meanwhile(10, PumpPaused(), by="Bob")),
        (saved(10, PumpPaused(), known=None), meanwhile(10, PumpPaused())),
        (saved(10, PumpPaused()), meanwhile(10, CALM)),
        (saved(29, CALM), meanwhile(30, PatientLeft(Leaving.AGAINST_ADVICE))),
    ],
    ids=[
        "another minute",
        "two notes",
        "known",
        "later",
        "own",
        "at the clinic",
        "other kinds",
        "before leaving",
    ],
)
def test_what_stands_beside_each_other_collides_with_nothing(first, second):
    assert collisions([first, second]) == ()


def test_a_chart_that_was_closed_meanwhile_is_said():
    closed = ChartClosed(10, after(9), "Bea")
    (found,) = collisions([saved(10, CALM)], closed=closed)
    assert found.other is None
    assert "closed meanwhile by Bea" in found.words
    assert collisions([saved(10, CALM)], closed=ChartClosed(4, after(3), "Bea")) == ()
    both = CollisionSettled("s", "", "Taken before.")
    assert collisions([saved(10, CALM), entry(12, both, number=21)], closed=closed) == ()


def test_a_person_settles_it_by_saying_that_both_are_right():
    rows = [saved(10, PumpResumed()), meanwhile(9, STOPPED)]
    assert (
        collisions([*rows, entry(12, CollisionSettled("s", "m", "Stopped, then run on."), number=21)]) == ()
    )
    assert collisions([*rows, entry(12, CollisionSettled("s", "x", "Another."), number=21)])


@pytest.mark.parametrize("wrong", ["s", "m"])
def test_a_person_settles_it_by_striking_either(wrong):
    rows = [saved(10, PumpResumed()), meanwhile(9, STOPPED)]
    assert collisions([*rows, entry(12, EntryStruck(), amends=wrong, number=21, why="Not so.")]) == ()
    # What was put right before both were known to each other settles nothing.
    assert collisions([*rows, entry(12, EntryStruck(), amends="m", number=15, why="Not so.")])


def test_the_order_in_which_they_arrive_means_nothing():
    rows = [saved(10, PumpResumed()), meanwhile(9, STOPPED), meanwhile(9, PumpPaused(), key="n", number=11)]
    assert collisions(rows) == collisions(reversed(rows))
    assert len(collisions(rows)) == 2


def test_the_account_of_a_moment_knows_no_collision_of_what_happened_later():
    pair = saved(10, PumpResumed()), meanwhile(9, STOPPED)
    found = [replay((started(), *pair), ORDER, policy=POLICY, now=after(at)) for at in (9.5, 11)]
    assert [len(each.collisions) for each in found] == [0, 1]


def test_a_collision_that_is_settled_later_is_open_until_then():
    pair = saved(10, PumpResumed()), meanwhile(9, STOPPED)
    settled = entry(30, CollisionSettled("s", "m", "Stopped, and begun again."), number=40)
    found = [replay((started(), *pair, settled), ORDER, policy=POLICY, now=after(at)) for at in (20, 31)]
    assert [len(each.collisions) for each in found] == [1, 0]
