"""What patients read: plain, sourced, and never an advice that belongs to a prescriber."""

import re

import pytest

from tenuto.core.literature.leaflets import leaflet, leaflets

SECTIONS = [(page, section) for page in leaflets() for section in page.sections]
NAMED = [f"{page.id}: {section.heading}" for page, section in SECTIONS]


def test_they_come_in_the_order_of_a_visit():
    assert [page.id for page in leaflets()] == [
        "prepare", "what-to-expect", "after-care", "how-long-how-often", "how-it-may-work",
    ]  # fmt: skip
    assert leaflet("after-care").title == "Afterwards"


def test_an_unknown_leaflet_names_the_known_ones():
    with pytest.raises(KeyError, match="prepare"):
        leaflet("brochure")


@pytest.mark.parametrize(("page", "section"), SECTIONS, ids=NAMED)
def test_sentences_are_short_and_calm(page, section):
    for paragraph in section.text:
        assert "!" not in paragraph
        for sentence in re.split(r"(?<=[.?:;])\s+", paragraph):
            assert len(sentence.split()) <= 36, sentence


@pytest.mark.parametrize(("page", "section"), SECTIONS, ids=NAMED)
def test_every_section_says_what_it_rests_on(page, section):
    assert section.basis.text


def test_the_rules_for_going_home_are_all_there():
    page = leaflet("after-care")
    words = " ".join([s.heading for s in page.sections] + [p for s in page.sections for p in s.text])
    for needed in ("drive", "alcohol", "contracts", "full night's sleep", "988", "escort", "two hours"):
        assert needed in words


def test_nobody_is_told_to_stop_a_medicine():
    words = " ".join(p for _, s in SECTIONS for p in s.text).lower()
    assert not re.search(
        r"(?<!do not change or )\bstop (taking|your) (medicine|tablet|antidepressant)", words
    )


def test_how_long_and_how_often_gives_onset_intervals_and_durations():
    page = leaflet("how-long-how-often")
    words = " ".join(p for s in page.sections for p in s.text)
    for needed in (
        "within hours to a day", "by the third", "after the sixth", "six infusions in two to three weeks",
        "every two to four weeks", "every three to five weeks", "monthly to every few months", "18 to 19 days",
    ):  # fmt: skip
        assert needed in words
    assert all(section.basis.sources for section in page.sections)
