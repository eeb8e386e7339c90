"""The chain must contain what its anchors know, before every event. Events are removed as an attacker would."""

from __future__ import annotations

import errno
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction

from tenuto import cli
from tenuto.clinic.ledger import anchor
from tenuto.clinic.ledger.anchor import Anchor, ChainBroken, FileAnchor
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.ledger.services import accept_break, record_read
from tests.clinic.conftest import NOW
from tests.clinic.ledger.databases import unguarded

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def look(alice):
    """Write an event, as every page does."""

    def write() -> None:
        record_read(subject=alice, by=alice, at=NOW, what="list of patients")

    for _ in range(10):
        write()
    return write


def run_sql(statement: str) -> None:
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(statement)


def cut(number: int) -> None:
    run_sql(
        f"DELETE FROM ledger_auditevent WHERE number > (SELECT MAX(number) FROM ledger_auditevent) - {number}"
    )


def test_after_a_cut_tail_nothing_more_is_written(look):
    before = anchor.newest().number
    cut(6)
    with pytest.raises(
        ChainBroken, match=f"knows event {before}: events {before - 5} to {before} are cut off"
    ):
        look()
    assert AuditEvent.objects.count() == before - 6


def test_a_restarted_server_finds_it_as_well(look):
    cut(1)
    anchor.forget()
    with pytest.raises(ChainBroken):
        look()


def cut_with_its_anchor(settings) -> int:
    """An attacker who kept an older anchor, sealed with the server's key, puts it back and cuts the chain to it."""
    newest, earlier = anchor.newest().number, AuditEvent.objects.order_by("-number")[6]
    cut(6)
    FileAnchor(Path(settings.LEDGER_ANCHOR)).write(Anchor(earlier.number, earlier.mac), backwards=True)
    return newest


def test_a_server_remembers_what_it_wrote_when_its_anchor_is_put_back(look, settings):
    newest = cut_with_its_anchor(settings)
    with pytest.raises(ChainBroken, match=f"but this server knows event {newest}"):
        look()


def test_a_server_goes_on_when_another_process_accepted_the_break(look, settings, alice, monkeypatch):
    cut_with_its_anchor(settings)
    remembered = anchor._memory.known
    with monkeypatch.context() as later:
        later.setattr("django.utils.timezone.now", lambda: NOW + timedelta(minutes=1))
        accept_break(why="restored from a backup", subject=AuditEvent(), by=alice, at=NOW)
    anchor._memory.known = remembered  # that of the server; the operator's process has ended
    look()


def test_a_break_that_was_accepted_before_is_no_word_on_this_one(look, settings, alice):
    cut(1)
    accept_break(why="restored from a backup", subject=AuditEvent(), by=alice, at=NOW)
    for _ in range(10):
        look()
    cut_with_its_anchor(settings)
    with pytest.raises(ChainBroken, match="this server knows"):
        look()


def test_an_accepted_break_that_was_put_in_is_not_believed(look, settings):
    cut_with_its_anchor(settings)
    run_sql(
        "UPDATE ledger_auditevent SET action = 'accepted a break', recorded_at = '2999-01-01 00:00:00' "
        "WHERE number = 2"
    )
    with pytest.raises(ChainBroken, match="this server knows"):
        look()


@pytest.mark.parametrize("number", ["1e400", "-1e400", "NaN", "9" * 30, "null", '"x"'])
def test_an_anchor_with_an_odd_number_is_not_genuine(look, settings, number):
    Path(settings.LEDGER_ANCHOR).write_text(f'{{"number": {number}, "mac": "x", "seal": "y"}}')
    with pytest.raises(ChainBroken, match="was not written with this server's key"):
        look()


def test_a_replaced_event_is_found_by_the_next(look):
    run_sql(
        "UPDATE ledger_auditevent SET mac = previous WHERE number = (SELECT MAX(number) FROM ledger_auditevent)"
    )
    with pytest.raises(ChainBroken, match="it was replaced"):
        look()


def test_a_removed_anchor_stops_the_chain(look, settings):
    Path(settings.LEDGER_ANCHOR).unlink()
    with pytest.raises(ChainBroken, match="is missing"):
        look()


def test_a_changed_anchor_stops_the_chain(look, settings):
    text = Path(settings.LEDGER_ANCHOR).read_text()
    Path(settings.LEDGER_ANCHOR).write_text(text.replace('"number": ', '"number": 1'))
    with pytest.raises(ChainBroken, match="was changed"):
        look()


def test_an_anchor_is_there_before_the_first_event_is_committed(db, alice, settings):
    """A server that is killed after its first commit must not find its anchor missing."""
    Path(settings.LEDGER_ANCHOR).unlink()
    with unguarded(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger_auditevent")
    anchor.forget()
    with transaction.atomic():
        record_read(subject=alice, by=alice, at=NOW, what="list of patients")
        assert FileAnchor(Path(settings.LEDGER_ANCHOR)).read() == Anchor(0, "0" * 64)


@pytest.fixture
def outside(tmp_path, settings):
    folder = tmp_path / "another machine"
    folder.mkdir()
    path = folder / "tenuto-anchor.json"
    settings.LEDGER_ANCHORS_OUTSIDE = [
        ("tenuto.clinic.ledger.anchor.FileAnchor", (path, "the anchor outside"))
    ]
    return path


def test_a_database_rolled_back_with_its_own_anchor_is_found_outside(outside, look, settings):
    """Everything on the server's disk is put back to an earlier state together."""
    own = FileAnchor(Path(settings.LEDGER_ANCHOR))
    newest = anchor.newest().number
    earlier = AuditEvent.objects.order_by("-number")[4]
    cut(4)
    own.write(Anchor(earlier.number, earlier.mac), backwards=True)
    anchor.forget()
    with pytest.raises(ChainBroken, match=f"but the anchor outside knows event {newest}"):
        look()


def test_verify_names_the_anchor_outside(outside, look, capsys, settings):
    earlier = AuditEvent.objects.order_by("-number")[4]
    cut(4)
    FileAnchor(Path(settings.LEDGER_ANCHOR)).write(Anchor(earlier.number, earlier.mac), backwards=True)
    assert cli.main(["audit", "verify"]) == 1
    assert "but the anchor outside knows event" in capsys.readouterr().out


def test_a_full_disk_of_the_anchor_keeps_the_entry_and_says_so(look, visit, alice, monkeypatch):
    def full(self, *args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    browser = visit(alice)
    before = anchor.newest().number
    monkeypatch.setattr(FileAnchor, "write", full)
    answer = browser.get("/")
    assert answer.status_code == 200
    assert anchor.newest().number == before + 1
    page = browser.get("/").content.decode()
    assert "The anchor file of the audit can&#x27;t be used: No space left on device." in page
    assert "Entries are saved" in page
    monkeypatch.undo()


def test_the_warning_goes_when_the_anchor_is_written_again(look, monkeypatch):
    def gone(self, *args, **kwargs):
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(FileAnchor, "write", gone)
        look()
    assert "Input/output error" in anchor.problem()
    look()
    assert anchor.problem() == ""


def test_an_anchor_outside_that_cannot_be_reached_stops_nobody(outside, look, monkeypatch):
    outside.unlink()
    outside.mkdir()
    look()
    assert "The anchor outside of the audit can't be used" in anchor.problem()


@pytest.mark.parametrize("suffix", ["", ".lock", ".new"])
def test_a_pipe_in_place_of_an_anchor_keeps_nobody_waiting(outside, look, suffix):
    """Every write of the clinic looks at its anchors; opening a pipe waits for its other end."""
    pipe = outside if not suffix else outside.with_suffix(suffix)
    pipe.unlink(missing_ok=True)
    os.mkfifo(pipe)
    before = anchor.newest().number
    look()
    assert anchor.newest().number == before + 1
    assert ("The anchor outside of the audit can't be used" in anchor.problem()) is (suffix != ".new")


def test_a_page_says_what_is_broken_and_invites_no_repeat(look, visit, alice):
    browser = visit(alice)
    cut(6)
    answer = browser.get("/")
    assert answer.status_code == 503
    page = answer.content.decode()
    assert "The audit chain is broken" in page
    assert "are cut off. Nothing was written." in page


def test_going_on_after_a_break_is_on_record(look, alice, capsys):
    cut(6)
    assert cli.main(["audit", "accept", "--why", "restored from the backup of Friday"]) == 0
    capsys.readouterr()
    event = AuditEvent.objects.get(action="accepted a break")
    assert event.detail["why"] == "restored from the backup of Friday"
    assert "cut off" in event.detail["broken"][0]
    look()
    assert cli.main(["audit", "accept", "--why", "once again"]) == 2
    assert "there is no break to accept" in capsys.readouterr().err


def test_a_break_is_not_accepted_without_a_reason(look, alice):
    cut(6)
    with pytest.raises(ValueError, match="needs a reason"):
        accept_break(why=" ", subject=AuditEvent(), by=alice, at=NOW)
