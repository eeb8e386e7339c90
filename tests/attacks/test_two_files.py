"""Two records read in two tabs: what is kept or discarded is the one on the page, never the one that came after it (hazard H1)."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tenuto.clinic.intake.models import IntakeRecord
from tenuto.clinic.people.models import Patient
from tests.clinic.interop.test_receive import bundle, shown_file

pytestmark = pytest.mark.django_db

FORGED = ["", "x", "0" * 64, "0" * 5000]


def read(browser, data):
    browser.post("/interop/bundles/", {"bundle": SimpleUploadedFile("a.json", data)})
    return shown_file(browser)


@pytest.mark.parametrize("deed", ["keep", "discard"])
def test_the_page_of_one_file_does_nothing_to_another(visit, alice, deed):
    browser = visit(alice)
    silva = read(browser, bundle("Silva"))
    costa = read(browser, bundle("Costa", "Rui", number="78", born="1950-01-02"))
    answer = browser.post(f"/interop/bundles/{deed}/", silva)
    page = answer.content.decode()
    assert (answer.status_code, "Rui Costa" in page) == (409, True)
    assert "Another file was read since" in page
    assert not Patient.objects.exists()
    browser.post("/interop/bundles/keep/", costa)
    assert Patient.objects.get().name == "Rui Costa"


def test_a_stranger_in_the_file_is_not_joined_by_an_answer_about_another(visit, alice):
    """On the first tab somebody says *it is Ana*; meanwhile the second tab read somebody who could be Ana too."""
    browser = visit(alice)
    browser.post("/interop/bundles/keep/", read(browser, bundle()))
    ana = Patient.objects.get()
    first = read(browser, bundle("Costa"))
    read(browser, bundle("Sousa"))
    assert browser.post("/interop/bundles/keep/", {**first, "same": str(ana.pk)}).status_code == 409
    assert IntakeRecord.objects.count() == 1


@pytest.mark.parametrize("file", FORGED, ids=range(len(FORGED)))
@pytest.mark.parametrize("deed", ["keep", "discard"])
def test_a_forged_file_keeps_and_discards_nothing(visit, alice, deed, file):
    browser = visit(alice)
    silva = read(browser, bundle())
    assert browser.post(f"/interop/bundles/{deed}/", {"file": file}).status_code == 409
    assert not Patient.objects.exists()
    assert shown_file(browser) == silva
