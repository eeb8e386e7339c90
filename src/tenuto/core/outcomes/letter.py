"""What a letter to somebody else who treats the patient says: from recorded facts alone, and no more than its reader needs.

A psychiatrist reads doses, scores, how it was borne and the risk of suicide; a therapist reads how far the course has come and
whether it helps, without doses, scores and reactions. Nothing is recommended, and what is not on record is said to be so.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum

from tenuto.core.course.account import CourseAccount, CourseResponse
from tenuto.core.course.beside import BesideKind
from tenuto.core.course.infusion import CourseError
from tenuto.core.course.passport import Passport, passport_of
from tenuto.core.dates import say_date
from tenuto.core.units import plain

__all__ = ["LetterReader", "letter_lines"]


class LetterReader(StrEnum):
    """Who reads it."""

    PSYCHIATRIST = "psychiatrist"
    THERAPIST = "therapist"


HELPS = {
    CourseResponse.UNKNOWN: "Whether it helps is not known: a score is missing.",
    CourseResponse.NONE: "It has not helped so far by the last score.",
    CourseResponse.PARTIAL: "It has helped in part by the last score.",
    CourseResponse.RESPONSE: "It helps by the last score.",
    CourseResponse.REMISSION: "It helps, and hardly any symptoms are left by the last score.",
}


def letter_lines(
    account: CourseAccount, *, reader: LetterReader, risk: str, booked: date | None
) -> tuple[str, ...]:
    """The sentences of a letter, in order.

    risk: what is on record of the risk of suicide, as a sentence; only a psychiatrist reads it. booked: the day of the next
    infusion. Raises CourseError before the first infusion: there is nothing to write about.
    """
    if not account.given:
        raise CourseError("No infusion is on record yet, so there is nothing to write a letter about.")
    every = passport_of(account)
    body = (
        _to_psychiatrist(account, every, risk)
        if reader is LetterReader.PSYCHIATRIST
        else _to_therapist(account)
    )
    return (*_given(account), *body, *_next(account, booked))


def _given(account: CourseAccount) -> Iterator[str]:
    first, last, n = account.given[0].on, account.given[-1].on, len(account.given)
    if n == 1:
        yield f"One infusion of ketamine was given, on {say_date(first)}."
    else:
        yield f"{n} infusions of ketamine were given, from {say_date(first)} to {say_date(last)}."


def _to_psychiatrist(account: CourseAccount, every: Passport, risk: str) -> Iterator[str]:
    mass = account.given[-1].infusion.mass
    yield f"The last dose was {plain(mass.value)} mg." if mass else "The last dose in mg is not on record."
    if every.shortest_days is not None:
        yield f"Between infusions were {every.shortest_days} to {every.longest_days} days."
    yield from _scores(account)
    told = ", ".join(f"{name.replace('_', ' ')} ({times})" for name, times in every.effects)
    yield f"What troubled the patient, by the number of infusions: {told or 'nothing is on record'}."
    if every.unknown:
        yield f"How it was borne is not on record for {every.unknown} of {len(every.infusions)} infusions."
    yield f"Risk of suicide: {risk}"


def _scores(account: CourseAccount) -> Iterator[str]:
    scale = account.scale
    if scale is None or scale.best is None:
        yield "No score is on record since the first infusion."
        return
    before = scale.baseline
    was = f"{plain(before.value)} before ({say_date(before.on)})" if before else "not known before"
    best, last = scale.best, scale.after[-1]
    yield (
        f"{scale.title}: {was}, best {plain(best.value)} ({say_date(best.on)}), last {plain(last.value)} "
        f"({say_date(last.on)}): {_verdict(account)}."
    )


def _verdict(account: CourseAccount) -> str:
    if account.scale is not None and account.scale.drifting:
        return "the response is being lost"
    return {
        CourseResponse.UNKNOWN: "response not known",
        CourseResponse.NONE: "no response",
        CourseResponse.PARTIAL: "better, no response",
        CourseResponse.RESPONSE: "response",
        CourseResponse.REMISSION: "remission",
    }[account.response]


def _to_therapist(account: CourseAccount) -> Iterator[str]:
    if account.scale is not None and account.scale.drifting:
        yield "It has helped, and the last two scores are worse again."
    else:
        yield HELPS[account.response]
    agreed = next((each for each in account.beside if each.kind is BesideKind.PSYCHOTHERAPY), None)
    if agreed is not None:
        yield f"Psychotherapy belongs to the plan; the next session by {say_date(agreed.by)}."


def _next(account: CourseAccount, booked: date | None) -> Iterator[str]:
    ending = account.ending
    if ending is not None and account.completed:
        yield f"The course was completed on {say_date(ending.on)}."
    elif ending is not None:
        yield f"The infusions have been spaced out to the end since {say_date(ending.on)}."
    if booked is not None:
        yield f"The next infusion is booked for {say_date(booked)}."
    elif not account.completed:
        yield "No further infusion is booked."
    seen = next((each for each in account.beside if each.kind is BesideKind.FOLLOW_UP), None)
    if seen is not None:
        yield f"Follow-up visit at the clinic by {say_date(seen.by)}."
