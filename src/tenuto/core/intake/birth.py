"""What is odd about a date of birth, said when it is typed and not only by the gate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tenuto.core.dates import say_birthday, say_date
from tenuto.core.intake.dates import years_between
from tenuto.core.policy import Policy
from tenuto.core.units import plain

__all__ = ["BirthDoubt", "birth_doubt", "stands_for_unknown"]

_STAND_INS = (date(1899, 12, 30), date(1900, 1, 1), date(1901, 1, 1), date(1970, 1, 1))
"""The first days of spreadsheets, of registers that have no younger one, and of the clocks of Unix."""
_ELEVENTH = (11, 11)


def stands_for_unknown(born: date) -> bool:
    """Whether a date is one of those that are typed where nobody knows the birth date.

    The days from which registers and computers count, and the same digits throughout (1911-11-11). Another 1 January is a
    birthday, or one of which only the day is not known, so that the age is right; earlier dates give an age that nobody has.
    """
    return born in _STAND_INS or (born.year % 100 == _ELEVENTH[0] and (born.month, born.day) == _ELEVENTH)


@dataclass(frozen=True, slots=True)
class BirthDoubt:
    """Why a date of birth is doubted, in a sentence that says what to do; `certain` when it can't be right."""

    text: str
    certain: bool


def birth_doubt(born: date, *, policy: Policy, as_of: date) -> BirthDoubt | None:
    """The doubt about a date of birth on a day: in the future, older than the policy holds plausible, one that stands for
    an unknown date, or below the policy's age.

    None for an adult. A minor's date and a stand-in may be right, so that somebody has to say so.
    """
    if born > as_of:
        return BirthDoubt(
            f"The date of birth, {say_birthday(born)}, is after {say_date(as_of)}. Correct it.", certain=True
        )
    age = years_between(born, as_of)
    oldest, youngest = policy.number("age_plausible_max_years"), policy.number("age_min_years")
    if age > oldest:
        return BirthDoubt(
            f"Born {say_birthday(born)} is an age of {age} years; above {plain(oldest)} the year is wrong. Correct it.",
            certain=True,
        )
    if stands_for_unknown(born) and age >= youngest:
        return BirthDoubt(
            f"Born {say_birthday(born)} is a date that is often typed where nobody knew the real one. Correct it, or tick that the "
            "date is right.",
            certain=False,
        )
    if age > policy.number("age_doubtful_years"):
        return BirthDoubt(
            f"Born {say_birthday(born)} is an age of {age} years, which hardly anybody reaches. Correct the year, or tick that the "
            "date is right.",
            certain=False,
        )
    if age < youngest:
        return BirthDoubt(
            f"Born {say_birthday(born)} is an age of {age} years, and nobody below {plain(youngest)} is treated here. Correct the "
            "year, or tick that the date is right.",
            certain=False,
        )
    return None
