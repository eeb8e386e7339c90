"""A date of birth that can't be right, or is a minor's, is said when it is typed."""

from __future__ import annotations

from datetime import date

import pytest

from tenuto.core.intake.birth import birth_doubt
from tenuto.core.policy import default_policy

TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("born", "says", "certain"),
    [
        (date(2026, 11, 29), "is after Sat 28 Nov 2026", True),
        (date(1896, 1, 1), "is an age of 130 years", True),
        (date(1905, 11, 28), "is an age of 121 years", True),
        (date(1919, 11, 28), "is an age of 107 years, which hardly anybody reaches", False),
        (date(1970, 1, 1), "is a date that is often typed where nobody knew", False),
        (date(1911, 11, 11), "is a date that is often typed where nobody knew", False),
        (date(2026, 11, 28), "is an age of 0 years", False),
        (date(2008, 11, 29), "is an age of 17 years", False),
    ],
)
def test_it_is_said_with_the_age_and_what_to_do(born, says, certain):
    doubt = birth_doubt(born, policy=default_policy(), as_of=TODAY)
    assert says in doubt.text
    assert doubt.certain is certain
    assert ("tick that the date is right" in doubt.text) is not certain


@pytest.mark.parametrize(
    "born",
    [
        date(2008, 11, 28),
        date(1984, 4, 9),
        date(1922, 11, 28),
        date(1951, 1, 1),
        date(1950, 1, 1),
        date(1980, 1, 1),
        date(2000, 1, 1),
        date(1970, 11, 11),
    ],
)
def test_an_adult_is_not_doubted(born):
    assert birth_doubt(born, policy=default_policy(), as_of=TODAY) is None
