"""A limit counts only after two signatures and a third action, and the way back is as well kept (hazard H37)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction

from tenuto.clinic.accounts.guards import WrongClinic
from tenuto.clinic.intake.api import current
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.policies.api import as_policy, in_effect, policy_of, shipped_policy
from tenuto.clinic.policies.models import PolicyActivation, PolicySignature, PolicyVersion
from tenuto.clinic.policies.services import PolicyRefused, activate, propose, sign
from tenuto.core.policy import PolicyError
from tests.clinic.conftest import NOW
from tests.clinic.policies.conftest import DEFAULT, fresh, text


def test_a_clinic_without_a_policy_works_under_the_shipped_one(clinic, other_clinic):
    assert policy_of(clinic) == shipped_policy(clinic)
    assert not policy_of(other_clinic).signed


def test_a_proposal_alone_changes_nothing(clinic, version):
    assert policy_of(clinic) == shipped_policy(clinic)
    assert not as_policy(version).signed


def test_an_unsigned_version_is_refused(clinic, version, dora):
    with pytest.raises(PolicyRefused, match="not signed by the medical director and a second person"):
        activate(policy=version, why="From now on.", signature=fresh(dora), at=NOW)
    assert policy_of(clinic) == shipped_policy(clinic)


def test_one_signature_is_not_enough(version, dora):
    sign(policy=version, signature=fresh(dora), at=NOW)
    with pytest.raises(PolicyRefused, match="not signed"):
        activate(policy=version, why="From now on.", signature=fresh(dora), at=NOW)


def test_nobody_signs_twice(version, dora):
    sign(policy=version, signature=fresh(dora), at=NOW)
    with pytest.raises(PolicyRefused, match="signed this version already"):
        sign(policy=version, signature=fresh(dora), at=NOW)
    assert PolicySignature.objects.count() == 1


def test_a_signature_needs_a_fresh_second_factor(version, dora):
    with pytest.raises(PermissionError, match="too long ago"):
        sign(policy=version, signature=fresh(dora), at=NOW + timedelta(minutes=6))


def test_a_nurse_neither_proposes_nor_signs_nor_activates(signed, bob):
    for action in (
        lambda: propose(text=text(2), why="As agreed.", by=bob, at=NOW),
        lambda: sign(policy=signed, signature=fresh(bob), at=NOW),
        lambda: activate(policy=signed, why="As agreed.", signature=fresh(bob), at=NOW),
    ):
        with pytest.raises(PermissionError, match="signed in as nurse"):
            action()


def test_a_prescriber_signs_but_does_not_put_into_effect(signed, alice):
    with pytest.raises(PermissionError, match="put a signed policy into effect"):
        activate(policy=signed, why="As agreed.", signature=fresh(alice), at=NOW)


def test_another_clinic_neither_signs_nor_activates(version, charlie):
    with pytest.raises(WrongClinic):
        sign(policy=version, signature=fresh(charlie), at=NOW)


def test_what_is_in_effect_judges_from_the_next_judgement_on(clinic, signed, dora, ana):
    before = current(ana)
    activate(policy=signed, why="Agreed on Monday.", signature=fresh(dora), at=NOW)
    after = current(ana)
    assert before.policy.limit("weight_min_kg").value == Decimal(30)
    assert after.policy.limit("weight_min_kg").value == Decimal(35)
    assert after.policy.sha256 == signed.sha256
    assert in_effect(clinic).since == NOW


def test_the_way_back_is_a_further_deed(clinic, active, alice, dora):
    second = propose(text=text(2, "40"), why="A higher limit.", by=alice, at=NOW)
    for person in (alice, dora):
        sign(policy=second, signature=fresh(person), at=NOW)
    activate(policy=second, why="A higher limit.", signature=fresh(dora), at=NOW)
    assert policy_of(clinic).limit("weight_min_kg").value == Decimal(40)
    activate(policy=active, why="Too high", signature=fresh(dora), at=NOW)
    assert policy_of(clinic).limit("weight_min_kg").value == Decimal(35)
    assert PolicyActivation.objects.count() == 3
    assert AuditEvent.objects.filter(action="put policy into effect").count() == 3


def test_what_is_in_effect_is_not_put_into_effect_again(active, dora):
    with pytest.raises(PolicyRefused, match="in effect already"):
        activate(policy=active, why="As agreed.", signature=fresh(dora), at=NOW)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("not toml at all =", "is not a TOML file"),
        (DEFAULT, "id of its own"),
        (
            text().replace("[limits.weight_min_kg]", "[limits.wieght_min_kg]"),
            "The nearest that is known is .weight_min_kg.",
        ),
        (
            text()
            + '\n[[signatures]]\nby = "A"\nrole = "medical_director"\nat = 2026-01-01T09:00:00Z\nsha256 = "0"\n',
            "signed it",
        ),
        (text(0), "count from 1"),
        (text(weight_min="-3"), "not negative"),
        (text(weight_min="NaN"), "finite number"),
    ],
    ids=["no toml", "shipped id", "misspelt", "signatures", "version", "negative", "nan"],
)
def test_a_file_that_cannot_be_used_is_refused_whole(alice, content, words):
    with pytest.raises(PolicyRefused, match=words):
        propose(text=content, why="As agreed.", by=alice, at=NOW)
    assert not PolicyVersion.objects.exists()


def test_a_version_never_gets_a_second_content(version, alice):
    with pytest.raises(PolicyRefused, match="already has version 1"):
        propose(text=text(weight_min="36"), why="As agreed.", by=alice, at=NOW)


def test_a_demonstration_policy_is_refused_by_a_real_clinic(charlie):
    content = text().replace("version = 1", "version = 1\ndemonstration = true", 1)
    with pytest.raises(PolicyRefused, match="demonstration"):
        propose(text=content, why="As agreed.", by=charlie, at=NOW)


def test_a_text_that_was_changed_in_the_database_is_refused(clinic, active):
    table = PolicyVersion._meta.db_table
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"DROP TRIGGER {table}_no_update")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE {table} SET toml = REPLACE(toml, '\"35\"', '\"34\"')")
    with pytest.raises(PolicyError, match="is not what was signed"):
        policy_of(clinic)


def test_who_reads_the_policy_in_effect_asks_three_times(clinic, active, django_assert_num_queries):
    with django_assert_num_queries(3):
        policy_of(clinic)
