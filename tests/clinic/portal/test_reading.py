"""Leaflets are linked from every page a patient gets, beside it, so that nothing typed there is lost."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db

HOW_LONG = "/leaflets/how-long-how-often/"


@pytest.mark.parametrize("address", ["/l/not-a-link/", "/enquire/CLINIC/"])
def test_pages_for_patients_link_to_how_long_and_how_often(address, clinic):
    page = Client().get(address.replace("CLINIC", str(clinic.pk)))
    text = page.content.decode()
    assert f'<a href="{HOW_LONG}" target="_blank" rel="noopener">' in text
    assert 'href="/leaflets/"' in text


def test_anyone_may_read_it():
    page = Client().get(HOW_LONG)
    assert page.status_code == 200
    assert "every two to four weeks" in page.content.decode()
