"""A policy that was signed before the program asked for more: the day goes on, and every page says what nobody signed."""

from __future__ import annotations

import pytest

from tenuto.clinic.policies import services
from tenuto.clinic.policies.api import policy_of
from tenuto.clinic.policies.services import activate, propose, sign
from tenuto.core.policy import default_policy, load_policy
from tests.clinic.conftest import NOW
from tests.clinic.infusion.conftest import *  # noqa: F403 - a session that is asked for
from tests.clinic.policies.conftest import fresh, text

KEPT = "weight_min_kg"


def older(version=1) -> str:
    """What somebody signed when the program asked for one limit."""
    head, *entries = text(version).split("\n[limits.")
    return head + "".join(f"\n[limits.{entry}" for entry in entries if entry.startswith(f"{KEPT}]"))


@pytest.fixture
def outgrown(monkeypatch, alice, dora):
    """A signed version in effect, taken in by the program of that day."""
    with monkeypatch.context() as then:
        then.setattr(services, "check_usable", lambda policy, *, like: None)
        version = propose(text=older(), why="Our limits of that year.", by=alice, at=NOW)
    for person in (alice, dora):
        sign(policy=version, signature=fresh(person), at=NOW)
    activate(policy=version, why="Agreed on Monday.", signature=fresh(dora), at=NOW)
    return version


def test_the_shipped_limits_are_used_and_named_as_unsigned(outgrown, clinic):
    policy = policy_of(clinic)
    assert policy.signed
    assert policy.limits.keys() == default_policy().limits.keys()
    assert len(policy.unstated) == len(policy.limits) - 1
    own, filled = policy.limit(KEPT), policy.limit("age_min_years")
    assert "not in the signed policy" not in own.basis.note
    assert filled.basis.note.startswith("Ships with the program; not in the signed policy of the clinic")
    (finding,) = policy.findings()
    assert (finding.code, finding.level.name) == ("POLICY-UNSTATED", "REVIEW")


def test_the_pages_of_a_patient_open_and_say_so(outgrown, session, visit, bob):
    client = visit(bob)
    for page in ("plan", "intake", "infusion"):
        answer = client.get(f"/patients/{session.patient_id}/{page}/", follow=True)
        assert answer.status_code == 200, page
    said = client.get(f"/patients/{session.patient_id}/plan/", follow=True).content.decode()
    assert "which nobody here has signed" in said


def test_the_gate_of_a_start_says_which_limits_nobody_signed(outgrown, session, visit, bob):
    said = visit(bob).get(f"/patients/{session.patient_id}/infusion/", follow=True).content.decode()
    assert "shipped limits that nobody here has signed" in said


def test_the_director_gets_a_text_that_states_everything_and_can_be_proposed(
    outgrown, visit, dora, clinic, alice
):
    client = visit(dora)
    assert "does not state" in client.get("/policy/").content.decode()
    got = client.get("/policy/in-effect.toml")
    offered = b"".join(got.streaming_content if got.streaming else [got.content]).decode()
    policy = load_policy(offered, name="offered")
    assert policy.limits.keys() == default_policy().limits.keys()
    newer = propose(
        text=offered.replace("version = 1", "version = 2", 1),
        why="All limits are stated now.",
        by=alice,
        at=NOW,
    )
    for person in (alice, dora):
        sign(policy=newer, signature=fresh(person), at=NOW)
    activate(policy=newer, why="Agreed on Monday.", signature=fresh(dora), at=NOW)
    assert policy_of(clinic).findings() == ()
    assert "does not state" not in client.get("/policy/").content.decode()


def test_a_new_version_still_has_to_state_every_limit(alice):
    with pytest.raises(services.PolicyRefused, match="lacks limits that the rules need"):
        propose(text=older(), why="Fewer limits are enough.", by=alice, at=NOW)
