"""The end of a course and the visits beside it as ready words."""

from __future__ import annotations

from dataclasses import dataclass

from tenuto.clinic.outcomes.forms.ending import BESIDE_WORDS
from tenuto.clinic.ui.words import long_day
from tenuto.core.course.account import CourseAccount
from tenuto.core.course.beside import BesideDue
from tenuto.core.course.due import CoursePhase

__all__ = ["BesideLine", "EndingPage", "ending_page"]


@dataclass(frozen=True, slots=True)
class BesideLine:
    """A visit that is due next."""

    mark: str
    word: str
    says: str


@dataclass(frozen=True, slots=True)
class EndingPage:
    """Where the course stands with its end, what may be decided, and which visits are due."""

    mark: str
    word: str
    says: str
    given: bool
    """Whether the series is given, so that its end may be decided."""
    ended: bool
    completed: bool
    visits: tuple[BesideLine, ...]


def ending_page(account: CourseAccount) -> EndingPage:
    """The page of one course."""
    mark, word, says = _standing(account)
    return EndingPage(
        mark,
        word,
        says,
        given=account.signed is not None and account.phase in (CoursePhase.END, CoursePhase.MAINTENANCE),
        ended=account.ending is not None,
        completed=account.completed,
        visits=tuple(_visit(each, account) for each in account.beside),
    )


def _standing(account: CourseAccount) -> tuple[str, str, str]:
    ending = account.ending
    if ending is None:
        return "due", "Goes on", "The course goes on as it was signed; no end is decided."
    if account.completed:
        seen = f" Seen again by {long_day(ending.follow_up_by)}." if ending.follow_up_by else ""
        return "pass", "Completed", f"Completed on {long_day(ending.on)}.{seen}"
    days = ", ".join(map(str, ending.intervals_days))
    said = f"Tapered off since {long_day(ending.on)}, with {days} days between the infusions: {account.tapered} given."
    return "due", "Taper", said


def _visit(due: BesideDue, account: CourseAccount) -> BesideLine:
    late = due.late(account.as_of)
    name = f" with {due.with_name}" if due.with_name else ""
    last = f" The last was on {long_day(due.last)}." if due.last else " None is on record."
    says = f"{BESIDE_WORDS[due.kind]}{name} {'was due' if late else 'by'} {long_day(due.by)}.{last}"
    return BesideLine("late" if late else "due", "Late" if late else "Due", says)
