"""What the session table holds opens no session."""

from __future__ import annotations

import pytest
from asgiref.sync import async_to_sync
from django.contrib.sessions.models import Session
from django.test import Client

from tenuto.clinic.accounts.session_store import SessionStore, kept_as


def answer_with(key: str) -> int:
    browser = Client()
    browser.cookies["sessionid"] = key
    return browser.get("/worklist/").status_code


def test_a_key_read_from_the_database_is_no_cookie(visit, alice):
    browser = visit(alice)
    cookie = browser.cookies["sessionid"].value
    (kept,) = Session.objects.values_list("session_key", flat=True)
    assert kept == kept_as(cookie) != cookie
    assert answer_with(cookie) == 200
    assert answer_with(kept) == 302


def test_signing_out_removes_the_row(visit, alice):
    browser = visit(alice)
    browser.logout()
    assert not Session.objects.exists()


@pytest.mark.django_db
def test_a_session_is_kept_loaded_and_deleted_without_waiting_too():
    @async_to_sync
    async def live_through() -> tuple[bool, str, bool]:
        store = SessionStore()
        await store.aset("word", "here")
        await store.asave()
        key = store.session_key
        there = await store.aexists(key)
        word = await SessionStore(key).aget("word")
        await SessionStore(key).adelete()
        return there, word, await store.aexists(key)

    assert live_through() == (True, "here", False)


@pytest.mark.django_db
def test_a_key_that_is_not_there_is_forgotten():
    store = SessionStore("x" * 32)
    assert store.load() == {}
    assert store.session_key is None
