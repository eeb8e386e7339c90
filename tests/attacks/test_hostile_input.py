"""Numbers, days and texts that nobody types: each is answered with a page or a sentence, never with a failure."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from django.urls import Resolver404, resolve

import tenuto.clinic
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.live.tail import newest_number
from tenuto.clinic.pathway.seen import FIELD
from tests.clinic.test_crawl import ALL, address

pytestmark = pytest.mark.django_db(transaction=True)

HOSTILE = {
    "five thousand digits": "9" * 5000,
    "more than a database counts": str(2**70),
    "one more than a column holds": str(2**63),
    "a negative number": "-1",
    "no number": "NaN",
    "a huge exponent": "1e999999",
    "a line break": "1\n2",
    "NUL": "a\x00b",
    "the last day": "9999-12-31",
    "the last moment": "9999-12-31T23:59",
    "the first day": "0001-01-01",
    "an id of nobody": "00000000-0000-0000-0000-000000000000",
    "brackets": "[" * 900,
}
DIGITS = ("five thousand digits", "more than a database counts", "one more than a column holds")
EACH = 4
"""How many of them each field is given; the next field is given the next ones."""
PARTS = 8
"""Into how many tests the fields of one person are divided, so that each takes about a minute."""
FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
CONTROL = re.compile(r"<(?:input|textarea|button)\b([^>]*)>")
SELECT = re.compile(r'<select[^>]*\bname="([^"]*)"[^>]*>(.*?)</select>', re.DOTALL)
NAME, VALUE = re.compile(r'\bname="([^"]*)"'), re.compile(r'\bvalue="([^"]*)"')
ACTION, LINK = re.compile(r'\baction="([^"]*)"'), re.compile(r'(?:href|action|hx-get)="(/[^"#]*)"')
NOT_TRIED = ("accounts:sign-out", "accounts:lock", "live:events", "account_change_password")
"""They would end the session that tries; and the stream never ends."""


@dataclass(frozen=True)
class Form:
    """A form of a page with what it would send untouched."""

    name: str
    path: str
    method: str
    values: tuple[tuple[str, str], ...]


_fields_of: dict[str, list[tuple[Form, str]]] = {}


def name_of(path: str) -> str:
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return ""


def forms(browser) -> Iterator[Form]:
    """The forms of one page of each view that links lead to."""
    waiting, known = ["/"], set()
    while waiting:
        path = waiting.pop(0)
        name = name_of(path)
        if not name or name in known or name in NOT_TRIED:
            continue
        known.add(name)
        answer = browser.get(path, follow=True)
        if answer.streaming or "html" not in answer.get("Content-Type", ""):
            continue
        text = answer.content.decode()
        waiting += [html.unescape(link) for link in LINK.findall(text)]
        yield from (form_of(attributes, inner, path) for attributes, inner in FORM.findall(text))


def form_of(attributes: str, inner: str, page: str) -> Form:
    action = ACTION.search(attributes)
    path = html.unescape(action[1]) if action else page
    values: dict[str, str] = {}
    for control in CONTROL.findall(inner):
        name, value = NAME.search(control), VALUE.search(control)
        if name and name[1] != "csrfmiddlewaretoken":
            values.setdefault(name[1], html.unescape(value[1]) if value else "1")
    for name, options in SELECT.findall(inner):
        values[name] = next((option for option in VALUE.findall(options) if option), "")
    return Form(
        name_of(path), path, "post" if 'method="post"' in attributes else "get", tuple(values.items())
    )


@pytest.fixture
def fields(demonstration, visit, username):
    """Each field of each form that somebody can open, in the order of the pages; looked for once a session."""
    if username not in _fields_of:
        found = {
            (form.name, form.method, tuple(sorted(dict(form.values)))): form
            for form in forms(visit(Staff.objects.get(username=username)))
        }
        assert len(found) > 20
        tried = [form for form in found.values() if form.name not in NOT_TRIED]
        _fields_of[username] = [(form, field) for form in tried for field, _ in form.values]
    return _fields_of[username]


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("username", ["alice", "dora"])
def test_no_field_makes_a_page_fail(fields, visit, username, part, record_property):
    browser = visit(Staff.objects.get(username=username))
    browser.raise_request_exception = False
    failures, tried, kinds = [], 0, list(HOSTILE)
    for place in range(len(fields) * part // PARTS, len(fields) * (part + 1) // PARTS):
        form, field = fields[place]
        for turn in range(EACH):
            what = kinds[(place * EACH + turn) % len(kinds)]
            # What others, or the tries before, recorded since the form was opened is no reason to stop before the field.
            sent = dict(form.values) | {FIELD: str(newest_number()), field: HOSTILE[what]}
            answer = getattr(browser, form.method)(form.path, sent)
            tried += 1
            if answer.status_code >= 500:
                failures.append(f"{form.method} {form.path} {field}: {what}")
    record_property("inputs", tried)
    assert failures == []
    assert browser.get("/").status_code == 200, (
        "a try ended the session: those after it met the page of the sign-in"
    )


def test_no_address_makes_a_page_fail(demonstration, visit, record_property):
    alice = Staff.objects.get(username="alice")
    patient = alice.clinic.patients.order_by("id").first()
    browser = visit(alice)
    browser.raise_request_exception = False
    failures, tried = [], 0
    for route, name, _ in ALL:
        if name in NOT_TRIED:
            continue
        plain = address(route, patient.pk)
        if "999999" in plain:
            paths = [plain.replace("999999", HOSTILE[what]) for what in DIGITS]
        elif "nothing" in plain:
            paths = [
                plain.replace("nothing", odd) for odd in ("a%0Ab", "a%00b", "9" * 5000, "%ff%fe", "%2e%2e")
            ]
        else:
            paths = [f"{plain}%00", f"{plain[:-1]}%0A"]
        for path in paths:
            tried += 1
            if browser.get(path).status_code >= 500 or browser.post(path).status_code >= 500:
                failures.append(path[:90])
    record_property("inputs", tried)
    assert failures == []


@pytest.mark.parametrize(
    "form",
    [
        ("/theme/", {"theme": "dark", "next": "-1"}),
        ("/theme/", {"theme": "dark", "next": "1\n2"}),
        ("/theme/", {"theme": "dark", "next": "//elsewhere.example/"}),
        ("/sign-in/", {"username": "a\x00b", "password": "x"}),
        ("/sign-in/", {"user\x00name": "a", "password": "x"}),
        ("/l/a%00b/", {"born": "1980-01-01"}),
        ("/l/abc/", {"born": "9999-12-31"}),
    ],
)
def test_a_stranger_is_answered(client, form):
    path, sent = form
    client.raise_request_exception = False
    answer = client.post(path, urlencode(sent), content_type="application/x-www-form-urlencoded")
    assert answer.status_code < 500
    assert "elsewhere" not in answer.get("Location", "")


def test_days_are_asked_with_the_field_that_knows_the_calendar():
    """Django's own fields take the year 9999, and the next sum of days fails."""
    root = Path(tenuto.clinic.__file__).parent
    bare = [
        f"{path.relative_to(root)}"
        for path in root.rglob("*.py")
        if path.name != "fields.py" and re.search(r"forms\.Date(Time)?Field\(", path.read_text("utf-8"))
    ]
    assert bare == []


@pytest.mark.parametrize("number", ["9" * 5000, "9" * 4300, "9" * 19, str(2**70), "-1", "1e3", "²", ""])
def test_a_colleague_who_is_no_number_is_not_found(visit, ana, dora, number):
    url = f"/patients/{ana.pk}/access/care-team/"
    browser = visit(dora)
    seen = {"seen_event": str(AuditEvent.objects.order_by("-number").first().number)}
    assert browser.post(url, {"staff": number, "member": "yes", **seen}).status_code == 404
