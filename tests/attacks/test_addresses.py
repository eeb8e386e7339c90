"""Who shuts other patients out with wrong birth dates, and who hides behind a header that a proxy would send."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tenuto.clinic.config.proxies import behind_proxies
from tenuto.clinic.intake.services import receive
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.links import services
from tests.clinic.conftest import NOW, facts_of, source_of

PROXY, PERSON, LIAR = "10.0.0.7", "203.0.113.9", "198.51.100.3"


def link_of(patient, by) -> str:
    given = services.issue(
        patient=patient, purpose="leaflets", expires=NOW + timedelta(days=1), single_use=False, by=by, at=NOW
    )
    return f"/l/{given.token}/"


@pytest.fixture
def bea(alice):
    facts = facts_of("Bea Brook", "MRN 2")
    return receive(facts=facts, source=source_of("bea.json", "1" * 64), by=alice, at=NOW).patient


def test_wrong_dates_at_one_link_shut_no_other(visit, ana, bea, alice):
    ours, theirs = link_of(ana, alice), link_of(bea, alice)
    for _ in range(20):
        visit().post(ours, {"born": "1900-01-01"})
    assert b"wrong too often" in visit().post(ours, {"born": "1981-05-04"}).content
    assert visit().post(theirs, {"born": "1981-05-04"}).status_code == 302


def test_wrong_dates_at_many_links_shut_each_after_five_and_none_of_the_rest(visit, ana, bea, alice):
    """Somebody with ten links of one ward, at the ward's one address."""
    for link in [link_of(ana, alice) for _ in range(10)]:
        for _ in range(4):
            visit().post(link, {"born": "1900-01-01"})
        assert visit().post(link, {"born": "1981-05-04"}).status_code == 302
    assert visit().post(link_of(bea, alice), {"born": "1981-05-04"}).status_code == 302


def test_made_up_links_count_at_their_address_and_shut_no_real_one(visit, ana, alice):
    for number in range(30):
        answer = visit().post(f"/l/guess{number}/", {"born": "1981-05-04"})
    assert b"Too many tries from here" in answer.content
    elsewhere = visit().post("/l/guess/", {"born": "1981-05-04"}, REMOTE_ADDR=PERSON)
    assert b"no longer valid" in elsewhere.content
    assert visit().post(link_of(ana, alice), {"born": "1981-05-04"}).status_code == 302


def address_seen(connection: str, *headers: tuple[str, str]) -> tuple[str, str]:
    """The address and scheme that the application inside sees."""
    seen = {}

    async def inside(scope, receive, send):
        seen["it"] = (scope["client"][0], scope["scheme"])

    sent = [(name.lower().encode(), value.encode()) for name, value in headers]
    scope = {"type": "http", "client": (connection, 4711), "scheme": "http", "headers": sent}
    asyncio.run(behind_proxies(inside)(scope, None, None))
    return seen["it"]


FORWARDED = ("X-Forwarded-For", PERSON)
HTTPS = ("X-Forwarded-Proto", "https")


def test_a_trusted_proxy_says_for_whom_it_asks(settings):
    settings.TRUSTED_PROXIES = [PROXY]
    assert address_seen(PROXY, FORWARDED, HTTPS) == (PERSON, "https")


@pytest.mark.parametrize("trusted", [[PROXY], [], ["10.0.0.0/30"], ["::1"]], ids=str)
def test_nobody_else_does(settings, trusted):
    settings.TRUSTED_PROXIES = trusted
    assert address_seen(LIAR, FORWARDED, HTTPS) == (LIAR, "http")


@pytest.mark.parametrize(
    "told",
    [
        f"{PERSON}, {LIAR}",
        f"127.0.0.1, {LIAR}",
        f"{PROXY}, {LIAR}",
        f"x, {LIAR}",
        f",,,{LIAR}",
        f"{PROXY},{LIAR}, {PROXY}",
    ],
)
def test_what_a_person_writes_before_the_proxy_counts_for_nothing(settings, told):
    """The proxy adds the address that it saw at the end; whatever stands before came from the person."""
    settings.TRUSTED_PROXIES = [PROXY]
    assert address_seen(PROXY, ("X-Forwarded-For", told))[0] == LIAR


def test_several_headers_are_one_list(settings):
    settings.TRUSTED_PROXIES = [PROXY]
    assert address_seen(PROXY, ("X-Forwarded-For", PERSON), ("X-Forwarded-For", LIAR))[0] == LIAR


@pytest.mark.parametrize("scheme", ["", "HTTPS", "ftp", "https, http", "javascript"])
def test_a_scheme_that_is_none_changes_nothing(settings, scheme):
    settings.TRUSTED_PROXIES = [PROXY]
    assert address_seen(PROXY, ("X-Forwarded-Proto", scheme))[1] == "http"


def test_the_application_itself_takes_no_header_for_an_address(visit, alice):
    """Whatever server runs it: what is not behind `behind_proxies` believes nobody."""
    visit().post(
        "/sign-in/", {"username": "alice", "password": "guess"}, REMOTE_ADDR=LIAR, HTTP_X_FORWARDED_FOR=PERSON
    )
    assert AuditEvent.objects.get(action="failed sign-in").origin == LIAR
