"""Whom a patient calls: the numbers of the clinic's own country, or words without a number."""

from __future__ import annotations

from zoneinfo import available_timezones

import pytest

from tenuto.core.literature.emergency import emergency_numbers, emergency_words


@pytest.mark.parametrize(("zone", "words"), [
    ("America/Chicago", "In an emergency call 911. If you think of harming yourself, call or text 988, now."),
    ("Pacific/Auckland", "In an emergency call 111. If you think of harming yourself, call or text 1737, now."),
    (
        "Europe/Vienna",
        "In an emergency call 112. If you think of harming yourself, call your local crisis line, now.",
    ),
])  # fmt: skip
def test_the_numbers_of_the_clinics_country(zone, words):
    assert emergency_words(zone) == words


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "", "nowhere"])
def test_where_no_country_is_known_no_number_of_another_is_given(zone):
    assert not any(letter.isdigit() for letter in emergency_words(zone))


def test_every_zone_exists_and_belongs_to_one_country():
    zones = [zone for numbers in set(emergency_numbers().values()) for zone in numbers.zones]
    assert set(zones) <= available_timezones()
    assert len(zones) == len(set(zones))
