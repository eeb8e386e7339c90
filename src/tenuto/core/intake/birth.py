"""What is odd about a date of birth, said when it is typed and not only by the gate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tenuto.core.dates import say_birthday, say_date
from tenuto.core.intake.dates import years_between
from tenuto.core.policy import Policy
from tenuto.core.units import plain

__all__ = ["BirthDoubt", "birth_doubt"]


@dataclass(frozen=True, slots=True)
class BirthDoubt:
    """Why a date of birth is doubted, in a sentence that says what to do; `certain` when it can't be right."""

    text: str
    certain: bool


def birth_doubt(born: date, *, policy: Policy, as_of: date) -> BirthDoubt | None:
    """The doubt about a date of birth on a day: in the future, older than the policy holds plausible, or below the policy's age.

    None for an adult. A minor's date may be right, so that somebody has to say so.
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
    if age < youngest:
        return BirthDoubt(
            f"Born {say_birthday(born)} is an age of {age} years, and nobody below {plain(youngest)} is treated here. Correct the "
            "year, or tick that the date is right.",
            certain=False,
        )
    return None
