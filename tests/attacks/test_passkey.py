"""A passkey, attacked: replayed, from elsewhere, another's, forged, cloned, of a closed account, and rubbish in its place."""

from __future__ import annotations

import json

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from fido2.utils import websafe_encode

from tenuto.clinic.accounts.reauthenticate import last_second_factor
from tenuto.clinic.accounts.services import close_account
from tenuto.clinic.ledger.models import AuditEvent
from tests.attacks.soft_key import FLAGS, SoftKey
from tests.clinic.conftest import NOW, PASSWORD

PAGES = "/account/second-factor/"
ADD, LOGIN, GIVE = (f"{PAGES}webauthn/{page}/" for page in ("add", "login", "reauthenticate"))
AJAX = {"X-Requested-With": "XMLHttpRequest"}


@pytest.fixture(autouse=True)
def _as_in_production(settings):
    """Only answers that were made at this address, by https."""
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False


def adds(browser, key, **told):
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    options = browser.get(ADD).context["js_data"]["creation_options"]
    return browser.post(ADD, {"name": "Her key", "credential": json.dumps(key.made(options, **told))})


@pytest.fixture
def key(visit, alice):
    """Alice's passkey."""
    made = SoftKey()
    assert adds(visit(alice), made).status_code == 302
    assert Authenticator.objects.filter(user=alice, type="webauthn").count() == 1
    return made


def asked(browser, page=LOGIN) -> dict:
    if page == LOGIN:
        return browser.get(LOGIN, headers=AJAX).json()["request_options"]
    return browser.get(GIVE).context["js_data"]["request_options"]


def sends(browser, answer, page=LOGIN):
    return browser.post(page, {"credential": json.dumps(answer), "next": "/worklist/"})


def is_in(browser) -> bool:
    return browser.get("/worklist/").status_code == 200


def proved(browser, staff, rf) -> bool:
    request = rf.get("/")
    request.user, request.session = staff, browser.session
    return last_second_factor(request) is not None


def test_it_opens_the_door_and_proves_who_signs(visit, alice, key, rf):
    browser = visit()
    sends(browser, key.answered(asked(browser)))
    assert is_in(browser)
    other = visit(alice)
    assert not proved(other, alice, rf)
    sends(other, key.answered(asked(other, GIVE)), GIVE)
    assert proved(other, alice, rf)


def test_an_answer_counts_once(visit, alice, key):
    first, second = visit(), visit()
    answer = key.answered(asked(first))
    sends(first, answer)
    assert is_in(first)
    first.post("/sign-out/")
    sends(first, answer)
    assert not is_in(first)
    asked(second)
    sends(second, answer)
    assert not is_in(second)


def test_an_answer_to_another_browsers_challenge_opens_nothing(visit, key):
    theirs, ours = visit(), visit()
    answer = key.answered(asked(theirs))
    asked(ours)
    sends(ours, answer)
    assert not is_in(ours)
    never_asked = visit()
    sends(never_asked, answer)
    assert not is_in(never_asked)


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "https://tenuto.example"},
        {"origin": "http://testserver"},
        {"origin": "https://testserver.evil.example"},
        {"origin": "https://below.testserver"},
        {"origin": "https://testserver:8443"},
        {"origin": "https://testserver", "crossOrigin": True},
        {"origin": ["https://testserver"]},
        {"site": "evil.example"},
        {"kind": "webauthn.create"},
        {"flags": int(FLAGS.UV)},
        {"flags": int(FLAGS.UP)},
        {"signed": False},
    ],
    ids=str,
)
def test_an_answer_from_elsewhere_or_of_nobody_opens_nothing(visit, key, lie):
    """A page that looks like ours, a key in a bag, a forged signature."""
    browser = visit()
    answer = sends(browser, key.answered(asked(browser), **lie))
    assert answer.status_code < 500
    assert not is_in(browser)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "https://below.testserver", "https://testserver:8443"]
)
def test_a_passkey_that_was_made_at_another_address_is_not_taken(visit, alice, origin):
    assert adds(visit(alice), SoftKey(), origin=origin).status_code == 200
    assert not Authenticator.objects.filter(user=alice, type="webauthn").exists()


@pytest.mark.parametrize(
    "origin", ["http://localhost:8799", "https://tenuto.example", "http://testserver:8000"]
)
def test_a_page_elsewhere_is_elsewhere_in_development_too(visit, key, settings, origin):
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    browser = visit()
    sends(browser, key.answered(asked(browser), origin=origin))
    assert not is_in(browser)
    sends(browser, key.answered(asked(browser), origin="http://testserver"))
    assert is_in(browser)


def test_nobody_comes_in_as_another_with_their_own(visit, alice, dora, key):
    own = SoftKey(b"another credential of 32 bytes..")
    adds(visit(dora), own)
    browser = visit()
    sends(browser, own.answered(asked(browser), handle=key.handle))
    assert not is_in(browser)
    sends(browser, key.answered(asked(browser), handle=own.handle))
    assert not is_in(browser)


def test_nobody_signs_as_another_with_their_own(visit, alice, dora, key, rf):
    own = SoftKey(b"another credential of 32 bytes..")
    adds(visit(dora), own)
    tablet = visit(alice)
    sends(tablet, own.answered(asked(tablet, GIVE)), GIVE)
    assert not proved(tablet, alice, rf)


def test_a_stranger_at_the_clinics_own_address_shuts_no_passkey_out(visit, key):
    """The waiting room's network and the ward's are often one address outside; so are thirty nurses at the change of shift."""
    stranger = visit()
    for _ in range(40):
        asked(stranger)
        assert sends(stranger, {"id": "made up"}).status_code < 429
    browser = visit()
    sends(browser, key.answered(asked(browser)))
    assert is_in(browser)


def test_wrong_passkeys_of_colleagues_keep_nobody_waiting(visit, alice, bob, carol, dora, key, rf):
    for colleague in (bob, carol, dora):
        clumsy, own = visit(colleague), SoftKey(f"another credential of {colleague.pk:>9}".encode())
        adds(clumsy, own)
        for _ in range(5):
            sends(clumsy, own.answered(asked(clumsy, GIVE), signed=False), GIVE)
    tablet = visit(alice)
    sends(tablet, key.answered(asked(tablet, GIVE)), GIVE)
    assert proved(tablet, alice, rf)


def test_a_clone_is_found_by_its_count(visit, alice, key):
    """A key counts its answers; one that counts backwards is a copy."""
    browser = visit()
    key.counter = 10
    sends(browser, key.answered(asked(browser)))
    assert is_in(browser)
    for count, goes_on in ((11, True), (11, False), (4, False)):
        clone = visit()
        key.counter = count
        sends(clone, key.answered(asked(clone)))
        assert is_in(clone) == goes_on, count
    assert AuditEvent.objects.filter(action="failed second factor", by_id=str(alice.pk)).count() == 2


@pytest.mark.parametrize("who", ["alice", "bob", "carol"])
def test_nobody_gives_a_key_the_name_of_another(visit, key, who, request):
    """With a colleague's name and a count far ahead, hers would seem to be a copy and open nothing any more."""
    staff, twin = request.getfixturevalue(who), SoftKey(key.name)
    twin.counter = 2**31
    browser = visit(staff)
    if who == "alice":
        sends(browser, key.answered(asked(browser, GIVE)), GIVE)
    options = browser.get(ADD)
    if options.status_code == 302:
        browser.post("/account/reauthenticate/", {"password": PASSWORD})
        options = browser.get(ADD)
    made = twin.made(options.context["js_data"]["creation_options"])
    added = browser.post(ADD, {"name": "Twin", "credential": json.dumps(made)})
    assert "set up here already" in added.content.decode()
    assert Authenticator.objects.filter(type="webauthn").count() == 1
    other = visit()
    sends(other, key.answered(asked(other)))
    assert is_in(other)


def test_a_key_that_counts_nothing_is_taken(visit, key):
    """Passkeys that a telephone keeps in the cloud always say 0."""
    for _ in range(2):
        browser = visit()
        key.counter = -1
        sends(browser, key.answered(asked(browser)))
        assert is_in(browser)


def test_a_closed_account_comes_in_by_no_passkey(visit, alice, dora, key):
    close_account(staff=alice, by=dora, at=NOW)
    browser = visit()
    sends(browser, key.answered(asked(browser)))
    assert not is_in(browser)


def test_a_passkey_that_was_removed_opens_and_signs_nothing(visit, alice, key, rf):
    browser, tablet = visit(), visit(alice)
    options = asked(browser)
    sends(tablet, key.answered(asked(tablet, GIVE)), GIVE)
    row = Authenticator.objects.get(user=alice, type="webauthn")
    tablet.post(f"{PAGES}webauthn/keys/{row.pk}/remove/")
    assert not Authenticator.objects.filter(pk=row.pk).exists()
    sends(browser, key.answered(options))
    assert not is_in(browser)
    assert not proved(tablet, alice, rf)


def test_the_password_alone_adds_no_second_one(visit, alice, key):
    thief = visit(alice)
    thief.post("/account/reauthenticate/", {"password": PASSWORD})
    answer = thief.get(ADD)
    assert (answer.status_code, reverse("mfa_reauthenticate_webauthn") in answer["Location"]) == (302, True)
    assert thief.post(ADD, {"name": "Mine", "credential": "{}"}).status_code == 302
    assert Authenticator.objects.filter(user=alice, type="webauthn").count() == 1


def test_nobody_removes_anothers(visit, dora, alice, key):
    own = SoftKey(b"another credential of 32 bytes..")
    adds(visit(dora), own)
    browser = visit(dora)
    sends(browser, own.answered(asked(browser, GIVE)), GIVE)
    row = Authenticator.objects.get(user=alice, type="webauthn")
    assert browser.post(f"{PAGES}webauthn/keys/{row.pk}/remove/").status_code == 404
    assert Authenticator.objects.filter(pk=row.pk).exists()


def rubbish(answer: dict) -> list[object]:
    bare = dict(answer["response"])
    return [
        {}, [], "x", 7, None, True, {"response": None}, {"response": []}, {"id": 1, "rawId": 2, "response": {}, "type": 3},
        {**answer, "response": {}}, {**answer, "response": "x"}, {**answer, "id": "x"}, {**answer, "rawId": None},
        {**answer, "type": "password"}, {**answer, "clientExtensionResults": []},
        *({**answer, "response": {**bare, name: value}} for name in bare for value in ("", "x", "é", None, 7, [], {})),
        {**answer, "response": {**bare, "userHandle": websafe_encode(b"999999")}},
        {**answer, "response": {**bare, "userHandle": websafe_encode(b"\xff\xfe")}},
        {**answer, "response": {**bare, "userHandle": websafe_encode(b"9" * 5000)}},
        {**answer, "response": {**bare, "authenticatorData": websafe_encode(b"\x00" * 36)}},
        {**answer, "response": {**bare, "authenticatorData": websafe_encode(b"\xff" * 400)}},
        {**answer, "response": {**bare, "clientDataJSON": websafe_encode(b"[]")}},
        {**answer, "response": {**bare, "clientDataJSON": websafe_encode(b'{"type": 7, "challenge": 7}')}},
    ]  # fmt: skip


def test_rubbish_in_its_place_is_refused_in_a_sentence(visit, alice, key):
    browser, tablet = visit(), visit(alice)
    for page, sender in ((LOGIN, browser), (GIVE, tablet)):
        made = rubbish(key.answered(asked(sender, page)))
        assert len(made) >= 50
        for each in made:
            asked(sender, page)
            answer = sends(sender, each, page)
            assert answer.status_code < 500, each
            # A user handle that is none is no matter where it is known who signs.
            handled = isinstance(each, dict) and page == GIVE
            assert handled or not is_in(browser), each


@pytest.mark.parametrize(
    "sent", ["", "{", "null", "[" * 5000, "\x00", '{"response": {"userHandle": "\\u0000"}}']
)
def test_what_is_no_json_is_refused(visit, key, sent):
    browser = visit()
    asked(browser)
    assert browser.post(LOGIN, {"credential": sent}).status_code < 500
    assert not is_in(browser)


def test_rubbish_makes_no_passkey(visit, bob):
    browser, key = visit(bob), SoftKey()
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    options = browser.get(ADD).context["js_data"]["creation_options"]
    for each in rubbish({**key.made(options)}):
        browser.get(ADD)
        assert browser.post(ADD, {"name": "x", "credential": json.dumps(each)}).status_code < 500, each
    assert not Authenticator.objects.filter(user=bob).exists()
