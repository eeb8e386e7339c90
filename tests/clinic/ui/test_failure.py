"""The page for a failure of the server asks nothing that may be what failed."""

from __future__ import annotations

from django.test import RequestFactory
from django.utils.functional import SimpleLazyObject

from tenuto.clinic.ui.views import server_error


def _no_database():
    raise ConnectionError("the database is away")


def test_the_failure_page_stands_while_the_database_is_away(settings):
    request = RequestFactory().get("/worklist/", headers={"cookie": "tenuto_theme=dim"})
    request.user = SimpleLazyObject(_no_database)
    request.session = SimpleLazyObject(_no_database)
    answer = server_error(request)
    page = answer.content.decode()
    assert answer.status_code == 500
    assert "Something went wrong here" in page
    assert 'data-theme="dim"' in page


def test_the_failure_page_is_what_a_failing_view_answers_with(client, db, monkeypatch):
    monkeypatch.setattr("tenuto.clinic.accounts.views.SignIn.get", lambda *_, **__: _no_database())
    client.raise_request_exception = False
    answer = client.get("/sign-in/")
    assert answer.status_code == 500
    assert "Nothing was half-saved" in answer.content.decode()
