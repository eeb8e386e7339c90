"""A file with limits whose words are not what they seem: two people sign what they read, and every page and download opens."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tenuto.clinic.policies.models import PolicyVersion
from tests.clinic.policies.conftest import text

pytestmark = pytest.mark.django_db

IDS = [
    "..", "../../etc", "a/b", "a b", "a" * 81, "a" * 300_000, 'a\\"; filename=\\"b', "a\\nb", "a\\r\\nX: y", "a\\u0000b",
    "<script>alert(1)</script>", "\\u202Eb", "a\\u200Bb", "naïve", "-a", "a-",
]  # fmt: skip
TITLES = ["a" * 201, "a\\u0000b", "Limits \\u202Edetimil", "a\\u200Bb", "a\\u001B[2Jb", "a\\u0007b"]


def sent(browser, content: str):
    file = SimpleUploadedFile("limits.toml", content.encode())
    return browser.post("/policy/propose/", {"file": file, "why": "Limits for the new room."})


@pytest.mark.parametrize("name", IDS, ids=range(len(IDS)))
def test_an_id_that_is_no_word_is_refused_in_a_sentence(visit, dora, name):
    answer = sent(visit(dora), text().replace('id = "meadow"', f'id = "{name}"'))
    assert answer.status_code == 422
    assert "Give 1 to 80 letters and digits" in answer.content.decode()
    assert not PolicyVersion.objects.exists()


@pytest.mark.parametrize("title", TITLES, ids=range(len(TITLES)))
def test_a_title_that_hides_something_is_refused(visit, dora, title):
    content = "\n".join(
        f'title = "{title}"' if line.startswith("title = ") else line for line in text().splitlines()
    )
    assert content != text()
    answer = sent(visit(dora), content)
    assert answer.status_code == 422
    assert "Type these words again" in answer.content.decode() or "Shorten it" in answer.content.decode()


@pytest.mark.parametrize(
    "unseen", ["\\u202E", "\\u2066", "\\u200B", "\\u0000", "\\u001B", "\N{RIGHT-TO-LEFT OVERRIDE}"]
)
def test_a_note_that_hides_something_is_refused(visit, dora, unseen):
    content = text().replace('note = "', f'note = "{unseen}', 1)
    assert content != text()
    answer = sent(visit(dora), content)
    assert answer.status_code == 422
    assert not PolicyVersion.objects.exists()


@pytest.mark.parametrize("name", ["meadow", "a", "Meadow.2026_b-1", "7"])
def test_a_word_is_taken_and_can_be_downloaded(visit, dora, name):
    browser = visit(dora)
    assert sent(browser, text().replace('id = "meadow"', f'id = "{name}"')).status_code == 302
    row = PolicyVersion.objects.get()
    answer = browser.get(f"/policy/{row.pk}/policy.toml")
    assert answer["Content-Disposition"] == f'attachment; filename="{name}-1.toml"'
