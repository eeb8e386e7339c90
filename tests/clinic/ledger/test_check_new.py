"""What was written since the last check is checked alone, from a mark that only this server can write."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from tenuto import cli
from tenuto.clinic.accounts.models import Role
from tenuto.clinic.accounts.services import change_role
from tenuto.clinic.ledger.check_new import NeverChecked, verify_new
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.ledger.services import record_read
from tenuto.clinic.ledger.verify import Report
from tenuto.clinic.people.identity import prefer_contact
from tenuto.clinic.people.models import Channel
from tests.clinic.conftest import NOW
from tests.clinic.ledger.databases import unguarded

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def checked(alice, bob, dora, ana, capsys):
    """A clinic that was checked whole, and went on."""
    assert cli.main(["audit", "verify"]) == 0
    mark = AuditEvent.objects.order_by("-number").first().number
    change_role(staff=bob, role=Role.AUDITOR, by=dora, at=NOW)
    prefer_contact(patient=ana, channel=Channel.SMS, allowed=False, address="", by=alice, at=NOW)
    record_read(subject=ana, by=alice, at=NOW, what="plan page")
    capsys.readouterr()
    return mark


def findings(report: Report | None = None) -> list[str]:
    return [finding.sentence for finding in verify_new(report or Report())]


def run_sql(statement: str) -> None:
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_only_what_is_new_is_read(checked):
    report = Report()
    assert findings(report) == []
    assert report.events == AuditEvent.objects.filter(number__gt=checked).count() == 3
    assert report.rows == 2


def test_the_next_check_begins_where_this_one_ended(checked, capsys):
    assert cli.main(["audit", "verify", "--new"]) == 0
    assert capsys.readouterr().out.startswith("What is new in the audit chain fits: 3 events and 2 rows.")
    report = Report()
    assert findings(report) == []
    assert report.events == 0


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "UPDATE ledger_auditevent SET by_name = 'M' WHERE number = {new}",
            "was changed after it was written",
        ),
        ("DELETE FROM ledger_auditevent WHERE number = {new}", "missing: deleted or renumbered"),
        ("DELETE FROM ledger_auditevent WHERE number > {new}", "knows event"),
        ("UPDATE ledger_auditevent SET mac = previous WHERE number = {mark}", "where the last check ended"),
        ("UPDATE people_contactpreference SET allowed = NOT allowed", "people.contactpreference"),
        ("DELETE FROM people_contactpreference", "is missing: it was deleted"),
        (
            "UPDATE accounts_staff SET role = 'nurse' WHERE username = 'bob'",
            "of accounts.staff is not as event",
        ),
    ],
)
def test_a_tampering_with_what_is_new_is_named(checked, statement, said):
    run_sql(statement.format(new=checked + 1, mark=checked))
    assert any(said in sentence for sentence in findings())


def test_a_finding_moves_no_mark(checked):
    run_sql(f"UPDATE ledger_auditevent SET by_name = 'M' WHERE number = {checked + 1}")
    for _ in range(2):
        assert cli.main(["audit", "verify", "--new"]) == 1


def test_without_a_whole_check_there_is_nothing_to_begin_at(alice, capsys):
    assert cli.main(["audit", "verify", "--new"]) == 2
    assert "Run `tenuto audit verify` first." in capsys.readouterr().err


def test_a_mark_of_another_key_is_none(checked, settings):
    settings.LEDGER_KEY = "another" * 10
    with pytest.raises(NeverChecked):
        findings()


def test_a_note_is_compared_by_the_whole_check(checked, capsys):
    assert cli.main(["audit", "verify", "--new", "--noted", "5:" + "0" * 64]) == 2
    assert "Leave out --new" in capsys.readouterr().err


def test_a_rolled_back_action_is_not_new(checked, alice, ana):
    with transaction.atomic():
        prefer_contact(patient=ana, channel=Channel.PHONE, allowed=False, address="", by=alice, at=NOW)
        transaction.set_rollback(True)
    assert findings() == []


def test_a_chain_cut_back_with_its_anchor_is_found_by_the_whole_check_too(checked, capsys):
    """The mark of the last check knows a later event; it is never moved back to fit."""
    assert cli.main(["audit", "verify"]) == 0
    newest = AuditEvent.objects.order_by("-number").first().number
    run_sql(f"DELETE FROM ledger_auditevent WHERE number = {newest}")
    Path(settings.LEDGER_ANCHOR).unlink()
    for words in (["audit", "verify"], ["audit", "verify"], ["audit", "verify", "--new"]):
        assert cli.main(words) == 1
        assert (
            f"Event {newest}, where the last check ended, was replaced or is gone." in capsys.readouterr().out
        )
