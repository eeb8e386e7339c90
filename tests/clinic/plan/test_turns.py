"""Whose turn it is follows from what intake and the plan say; the later stage is heard first."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tenuto.clinic.accounts.models import Role
from tenuto.clinic.intake import turns as intake
from tenuto.clinic.intake.api import DecisionRow, IntakeState
from tenuto.clinic.pathway.api import Turn
from tenuto.clinic.pathway.next_card import MARKS_OF_NEXT
from tenuto.clinic.plan.turns import NO_PLAN, OF_STATE, Planned, turn_of
from tenuto.core.course.account import account_of
from tenuto.core.course.next_facts import NextFacts, NextState
from tenuto.core.course.next_step import next_step_of
from tenuto.core.gate import Finding, Gate, Level
from tenuto.core.literature.tasks import PLAN_TO_SIGN
from tenuto.core.policy import default_policy
from tenuto.core.sources import Basis, Tag
from tests.clinic.conftest import NOW
from tests.core.course.builders import SERIES, day, facts


def finding(level, fact="", *, missing=False):
    return Finding(
        "X",
        level,
        f"Something about {fact or 'it'} that is long enough to stand.",
        Basis((Tag.D,)),
        fact,
        missing,
    )


def decided(outcome, *, stands=True):
    return DecisionRow(
        id=None, outcome=outcome, outcome_text="", reason="", decided_by_name="Alice", decided_at=NOW, decided_on=NOW.date(), gate_level="PASS",
        facts_sha256="", policy_id="", policy_version=1, policy_sha256="", rules_sha256="",
        stands=stands,
    )  # fmt: skip


def state(gate, decision=None):
    """A patient about whom something is recorded."""
    judged = SimpleNamespace(gate=gate, missing=())
    return IntakeState(SimpleNamespace(), None, "", None, NOW.date(), judged, decision)


def heard(gate, decision=None, *, plan=NO_PLAN, proposed=None) -> Turn | None:
    """What the later of the two stages says that says something."""
    own = state(gate, decision)
    return turn_of(proposed or gate, own, plan) or intake.turn_of(own)


PASS = Gate.of(())
MISSING = Gate.of([finding(Level.REVIEW, "goals", missing=True)])
BLOCK = Gate.of([finding(Level.BLOCK, "history.aneurysm")])
REFUSE = Gate.of([finding(Level.REFUSE, "consent")])


def card(*days, points="-1:21 1:18"):
    """What comes next after infusions on these days, as the course says it on the day after the last."""
    found = account_of(facts(days, points), as_of=day(max(days, default=-1) + 1), policy=default_policy())
    return next_step_of(found, facts=NextFacts(), policy=default_policy())


DRAFTED, SIGNED, RUNNING = (
    Planned(drafted=True),
    Planned(signed=True, step=card()),
    Planned(signed=True, step=card(0, 2)),
)


@pytest.mark.parametrize(
    ("gate", "decision", "plan", "step"),
    [
        (MISSING, None, NO_PLAN, "Complete the record"),
        (BLOCK, None, NO_PLAN, "See what blocks"),
        (REFUSE, None, NO_PLAN, "Correct the facts"),
        (PASS, None, NO_PLAN, "Decide"),
        (PASS, decided("needs_more"), NO_PLAN, "Decide"),
        (PASS, decided("accepted", stands=False), NO_PLAN, "Decide again"),
        (PASS, decided("not_suitable", stands=False), NO_PLAN, "Decide again"),
        (PASS, decided("not_suitable", stands=False), SIGNED, "Decide again"),
        (PASS, decided("accepted"), NO_PLAN, "Make the plan"),
        (PASS, decided("accepted"), DRAFTED, "Sign the plan"),
        (PASS, decided("accepted"), SIGNED, "See the dates"),
        (MISSING, decided("accepted", stands=False), SIGNED, "See the dates"),
        (PASS, decided("accepted"), RUNNING, "See the visits"),
        (PASS, decided("accepted"), Planned(signed=True), "Revise the plan"),
        (PASS, decided("accepted"), Planned(signed=True, step=card(*SERIES)), "Review the course"),
        (
            PASS,
            decided("accepted"),
            Planned(signed=True, step=card(*SERIES, points="-1:21 9:9")),
            "Decide what follows",
        ),
        (
            PASS,
            decided("accepted"),
            Planned(signed=True, step=card(*SERIES, points="-1:21")),
            "Ask for a score",
        ),
        (BLOCK, decided("accepted", stands=False), SIGNED, "Revise or withdraw"),
        (PASS, decided("not_suitable"), NO_PLAN, None),
        (PASS, decided("not_suitable"), SIGNED, "Withdraw the plan"),
    ],
)
def test_whose_turn_it_is_follows_from_gate_and_decision(gate, decision, plan, step):
    turn = heard(gate, decision, plan=plan)
    assert (turn.next_step if turn else None) == step


def test_the_history_comes_first():
    assert intake.turn_of(None).next_step == "Take the history"


def test_what_stands_against_the_plan_alone_is_said_by_the_plan():
    turn = heard(PASS, proposed=BLOCK)
    assert (turn.stage, turn.kind, turn.target) == ("plan", "Stopped", "plan:page#gate")
    assert heard(BLOCK, proposed=BLOCK).stage == "intake"


def test_a_plan_to_sign_is_left_to_its_task_and_booking_to_a_hold():
    assert heard(PASS, decided("accepted")).said_by_task == PLAN_TO_SIGN
    assert heard(PASS, decided("accepted"), plan=SIGNED).waits_for_holds
    assert heard(PASS, decided("accepted"), plan=RUNNING).waits_for_holds
    assert not heard(BLOCK, decided("accepted"), plan=SIGNED).waits_for_holds


def test_on_a_signed_plan_nobody_drops_out_of_sight_and_nothing_presses():
    turn = heard(PASS, decided("accepted"), plan=SIGNED)
    assert (turn.stage, turn.why, turn.owner) == (
        "booking",
        "Signed for 6 infusions, 35 mg; none given. Mon 23 Nov planned; not booked.",
        Role.COORDINATOR,
    )
    running = heard(PASS, decided("accepted"), plan=RUNNING)
    assert (
        running.why == "Given 2 of 6, 35 mg. PHQ-9 21 → 18, no response yet. Fri 27 Nov planned; not booked."
    )
    others = [intake.turn_of(None), *(heard(gate) for gate in (PASS, MISSING, BLOCK, REFUSE))]
    assert all(quiet.rank > other.rank for quiet in (turn, running) for other in others)


def test_every_card_has_its_row_and_its_mark():
    assert set(OF_STATE) == set(MARKS_OF_NEXT) == set(NextState)
