"""A server with another key, and an attacker with the key that was exchanged: sentences for one, nothing for the other."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from cryptography.fernet import Fernet
from django.db import connection, transaction

from tenuto import cli
from tenuto.clinic.accounts.demo_code import code_of, give_second_factor
from tenuto.clinic.accounts.keys import UnknownKey, decrypted, rotate
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.ledger import anchor, chain
from tenuto.clinic.ledger.actors import Someone
from tenuto.clinic.ledger.anchor import ChainBroken
from tenuto.clinic.ledger.canonical import texts_of, values_of
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.ledger.rotation import RotationRefused
from tenuto.clinic.ledger.sealed import ChangedPastProgram, check_sealed
from tenuto.clinic.ledger.services import record, record_access
from tenuto.clinic.ledger.verify import Report, verify
from tests.clinic.conftest import NOW, PASSWORD
from tests.clinic.intake.conftest import text_of
from tests.clinic.ledger.databases import unguarded

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PAGES = "/account/second-factor/"
OPERATOR = Someone("os:0", None, "anna (operator of the server)")
NEW_LEDGER_KEY = "a quite new key of the ledger, which nobody has seen before 1234567890"


@pytest.fixture
def erika(alice, monkeypatch):
    """A real person with an app and recovery codes."""
    give_second_factor(alice, secret=SECRET)
    with transaction.atomic():
        RecoveryCodes.activate(alice)
        record(action="set up second factor", subject=alice, by=alice, at=NOW)
    return alice


@pytest.fixture
def another_secret(settings):
    """The server was started with another TENUTO_SECRET_KEY; the earlier keys are told."""
    before = list(settings.SECOND_FACTOR_KEYS)
    settings.SECOND_FACTOR_KEYS = [Fernet.generate_key()]
    return before


@pytest.fixture
def new_ledger_key(settings):
    """The server was started with a new TENUTO_LEDGER_KEY, and was given the one before."""
    before = settings.LEDGER_KEY

    def exchange(new=NEW_LEDGER_KEY, *, given=True):
        settings.LEDGER_KEY = new
        settings.LEDGER_KEY_FALLBACKS = [before] if given else []
        anchor.forget()
        return before

    return exchange


def happens(by, action="opened a door"):
    record_access(action=action, subject=by, by=by, at=NOW)


def findings() -> list[str]:
    return [finding.sentence for finding in verify(Report())]


def rotated(**given) -> tuple[int, bool]:
    return rotate(**{"by": OPERATOR, "reason": "A laptop was lost.", "at": NOW, **given})


# What is encrypted at rest


def test_another_secret_key_is_a_sentence_at_every_page_that_needs_it(
    visit, erika, another_secret, monkeypatch
):
    monkeypatch.setattr(Staff, "is_invented", False)
    browser = visit()
    browser.post("/sign-in/", {"username": "alice", "password": PASSWORD})
    for page, sender in (("authenticate/", browser), ("reauthenticate/", visit(erika))):
        answer = sender.post(f"{PAGES}{page}", {"code": "123456", "next": "/"})
        assert answer.status_code == 200, page
        assert "set up under another key of this server" in text_of(answer), page
    assert browser.get("/worklist/").status_code == 302


def test_nor_does_the_demonstration_stumble_over_it(visit, erika, another_secret):
    assert code_of(erika) is None
    assert visit(erika).get(f"{PAGES}reauthenticate/").status_code == 200


def test_a_page_that_shows_what_was_encrypted_says_it_too(visit, erika, another_secret, monkeypatch):
    monkeypatch.setattr("tenuto.clinic.accounts.factor_guard.is_proved", lambda request: True)
    monkeypatch.setattr("tenuto.clinic.accounts.adapters.last_second_factor", lambda request: True)
    answer = visit(erika).get(f"{PAGES}recovery-codes/")
    assert (answer.status_code, "Another key" in text_of(answer)) == (503, True)


def test_an_earlier_key_that_is_given_reads_and_a_rotation_makes_it_needless(
    visit, erika, another_secret, settings
):
    settings.SECOND_FACTOR_KEYS = [*settings.SECOND_FACTOR_KEYS, *another_secret]
    assert code_of(erika) is not None
    before = {row.pk: dict(row.data) for row in Authenticator.objects.filter(user=erika)}
    assert rotated() == (2, False)
    settings.SECOND_FACTOR_KEYS = settings.SECOND_FACTOR_KEYS[:1]
    app = Authenticator.objects.get(user=erika, type="totp")
    assert decrypted(app.data["secret"]) == SECRET
    assert app.data["secret"] != before[app.pk]["secret"]
    assert (
        len(RecoveryCodes(Authenticator.objects.get(user=erika, type="recovery_codes")).get_unused_codes())
        == 10
    )
    answer = visit(erika).post(f"{PAGES}reauthenticate/", {"code": code_of(erika).code, "next": "/"})
    assert answer.status_code == 302
    assert rotated() == (0, False), "a second time there is nothing left to do"
    assert AuditEvent.objects.get(action="rotated keys").detail["second_factors"] == 2


def test_a_key_that_is_lost_changes_nothing(erika, another_secret):
    before = [row.data for row in Authenticator.objects.order_by("pk")]
    with pytest.raises(UnknownKey):
        rotated()
    assert [row.data for row in Authenticator.objects.order_by("pk")] == before
    assert not AuditEvent.objects.filter(action="rotated keys").exists()


# The ledger


def test_another_ledger_key_writes_nothing_until_it_is_exchanged(transactional_db, alice, new_ledger_key):
    happens(alice)
    new_ledger_key()
    number = AuditEvent.objects.count()
    with pytest.raises(ChainBroken, match="was not written with this server's key"):
        happens(alice)
    assert AuditEvent.objects.count() == number
    assert rotated() == (0, True)
    happens(alice)
    assert findings() == []


def test_under_another_ledger_key_no_row_is_said_to_be_edited(transactional_db, alice, new_ledger_key):
    """Whoever signs in then reads which key is missing, and not that somebody changed a colleague."""
    happens(alice)
    check_sealed([alice])
    new_ledger_key()
    with pytest.raises(ChangedPastProgram, match="was not written with this server's key"):
        check_sealed([alice])


def test_two_exchanges_are_two_turns(transactional_db, alice, new_ledger_key, settings):
    happens(alice)
    first = new_ledger_key()
    rotated()
    happens(alice)
    settings.LEDGER_KEY_FALLBACKS = [NEW_LEDGER_KEY, first]
    settings.LEDGER_KEY = NEW_LEDGER_KEY[::-1]
    anchor.forget()
    assert rotated() == (0, True)
    happens(alice)
    assert findings() == []
    settings.LEDGER_KEY_FALLBACKS = [NEW_LEDGER_KEY]
    (missing,) = findings()
    last = AuditEvent.objects.filter(action="rotated keys").order_by("number").first().number
    assert missing.startswith(f"The events up to {last} were sealed with a key that is not given")


@pytest.mark.parametrize("under", ["old", "none"])
def test_whoever_has_the_old_key_forges_no_new_event(transactional_db, alice, new_ledger_key, under):
    """That is why a key is exchanged: a laptop with it was lost."""
    happens(alice)
    old = new_ledger_key()
    rotated()
    happens(alice, "a door that was opened")
    event = AuditEvent.objects.order_by("-number").first()
    event.action = "a door that stayed shut"
    event.mac = chain.mac(texts_of(AuditEvent, values_of(event)), old if under == "old" else "made up")
    _overwrite(event)
    assert any(f"Event {event.number}" in sentence for sentence in findings())


def test_whoever_has_the_old_key_cuts_no_tail(transactional_db, alice, new_ledger_key, settings):
    """The chain as it was before the exchange, with an anchor under the old key."""
    happens(alice)
    old = new_ledger_key()
    rotated()
    happens(alice)
    with chain.under(old):
        anchor.begin_anew()
    assert any("was not written with this server's key" in sentence for sentence in findings())
    with pytest.raises(ChainBroken):
        happens(alice)


def test_an_old_event_under_the_new_key_is_found(transactional_db, alice, new_ledger_key):
    happens(alice, "a door that was opened")
    event = AuditEvent.objects.order_by("-number").first()
    new_ledger_key()
    rotated()
    event.action = "a door that stayed shut"
    event.mac = chain.mac(texts_of(AuditEvent, values_of(event)), NEW_LEDGER_KEY)
    _overwrite(event)
    assert any(f"Event {event.number}" in sentence for sentence in findings())


def test_a_key_that_the_chain_never_had_exchanges_nothing(transactional_db, alice, new_ledger_key, settings):
    happens(alice)
    new_ledger_key()
    settings.LEDGER_KEY_FALLBACKS = ["some other text of a key that was never used here 1234567890"]
    with pytest.raises(RotationRefused, match="under none of the keys that are given"):
        rotated()
    assert not AuditEvent.objects.filter(action="rotated keys").exists()


def test_a_rotation_that_was_cut_off_is_finished(transactional_db, alice, new_ledger_key, monkeypatch):
    """The machine stopped after the event and before the anchors knew the new key."""
    happens(alice)
    new_ledger_key()
    with monkeypatch.context() as patched:
        patched.setattr("tenuto.clinic.ledger.rotation.anchor.begin_anew", lambda: None)
        rotated()
    anchor.forget()
    with pytest.raises(ChainBroken):
        happens(alice)
    assert rotated() == (0, True)
    happens(alice)
    assert AuditEvent.objects.filter(action="rotated keys").count() == 1
    assert findings() == []


def test_the_command_says_what_to_do_and_what_was_done(
    transactional_db, alice, new_ledger_key, settings, capsys
):
    happens(alice)
    settings.SECRET_KEY_FALLBACKS, settings.LEDGER_KEY_FALLBACKS = [], []
    assert cli.main(["keys", "rotate", "--reason", "The yearly turn."]) == 2
    assert "No earlier key is given" in capsys.readouterr().err
    new_ledger_key()
    assert cli.main(["keys", "rotate", "--reason", "The yearly turn."]) == 0
    assert "The audit goes on under the current key." in capsys.readouterr().out
    assert AuditEvent.objects.get(action="rotated keys").detail["reason"] == "The yearly turn."
    assert cli.main(["keys", "new"]) == 0
    assert len(capsys.readouterr().out.strip()) >= 50


def _overwrite(event: AuditEvent) -> None:
    """As somebody does who may write to the database."""
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_auditevent SET action = %s, mac = %s WHERE number = %s",
            [event.action, event.mac, event.number],
        )
