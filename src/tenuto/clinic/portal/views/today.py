"""What a patient finds behind the link: the questions of today one by one, then their own scores, dates and whom to call."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST, require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.course import api as course
from tenuto.clinic.links.api import OpenedLink, by_link, visit_of
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.plan import api as plan
from tenuto.clinic.portal.presenters.own import OwnDate, own_dates, own_scores
from tenuto.clinic.portal.presenters.questions import LEFT_OUT, question_views, terms_of
from tenuto.clinic.scales import api as scales
from tenuto.core.course.next_facts import NextState
from tenuto.core.outcomes.due import AskingPlace
from tenuto.core.scales.definition import ScaleError

__all__ = ["answer", "heard", "today"]

MOST_DIGITS = 4
WITH_DATES = frozenset({NextState.BEFORE, NextState.MID_INDUCTION, NextState.CHECK_LATE})
"""Where the signed dates stand as they were signed. What is held or to be decided shows none."""


@require_safe
@by_link(scales.PURPOSE)
def today(request: HttpRequest, visit: OpenedLink) -> HttpResponse:
    """The first question that waits, or, when none does, what there is to know."""
    return _shown(request, visit)


def _shown(request: HttpRequest, visit: OpenedLink, *, problem: str = "") -> HttpResponse:
    now = clock.instant()
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    asked = scales.request_of(visit)
    questions = question_views(scales.open_questions(asked, at=now))
    context = {
        "visit": visit,
        "clinic": visit.patient.clinic,
        "asked": asked,
        "chair": asked.place == AskingPlace.CHAIR,
        "problem": problem,
        "later": bool(scales.left(asked)) and not questions,
        "calls": not questions and scales.reported_risk(asked),
    }
    if questions:
        asking = {**context, "questions": questions, "terms": terms_of(questions)}
        return render(request, "portal/today/questions.html", asking, status=status)
    if not context["chair"]:
        own = course.next_steps(Batch.of(visit.patient)).get(visit.patient.pk)
        dated = own is None or own.state in WITH_DATES
        context |= {
            "own_next": own,
            "scores": own_scores(scales.forms_of(visit.patient.pk)),
            "dates": _dates(visit, now) if dated else (),
            "treated": bool(course.infusions_of(visit.patient.pk)),
        }
    return render(request, "portal/today/done.html", context, status=status)


@require_POST
@by_link(scales.PURPOSE)
def answer(request: HttpRequest, visit: OpenedLink) -> HttpResponse:
    """Keep one answer. A script hears what became of it; without one the next question follows."""
    by_script = request.headers.get("Accept") == "application/json"
    try:
        taken = scales.answer_question(visit=visit, answer=_given(request), at=clock.instant())
    except (ScaleError, ValueError) as problem:
        if by_script:
            return JsonResponse({"problem": str(problem)}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        return _shown(request, visit, problem=str(problem))
    if by_script:
        # Nothing is shown, so nothing was looked at.
        said = "taken" if taken.new else "known"
        return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"Answer": said})
    return redirect("portal:heard" if taken.alarming else "portal:today")


@login_not_required
@require_safe
def heard(request: HttpRequest) -> HttpResponse:
    """After an answer about death or self-harm, where no script showed it: who knows now, and whom to call."""
    visit = visit_of(request, scales.PURPOSE)
    if visit is None:
        return redirect("portal:today")
    asked = scales.request_of(visit)
    context = {"clinic": visit.patient.clinic, "chair": asked.place == AskingPlace.CHAIR}
    return render(request, "portal/today/heard.html", context)


def _given(request: HttpRequest) -> scales.GivenAnswer:
    """What was sent. Raises ValueError for what no page of ours sends."""
    sent = request.POST
    value = sent.get("value", "")
    if not value:
        raise ValueError("Choose an answer, or “I would rather not answer”.")
    return scales.GivenAnswer(
        client_id=_client(sent.get("client", "")),
        instrument=sent.get("instrument", ""),
        item=sent.get("item", ""),
        value=None if value == LEFT_OUT else _number(value),
        written_at=_moment(sent.get("at", "")),
    )


def _client(text: str) -> UUID:
    try:
        found = UUID(text)
    except ValueError:
        found = UUID(int=0)
    if str(found) != text or not found.int:
        raise ValueError("This answer did not come from our page. Open the link again.")
    return found


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS):
        raise ValueError("This is none of the answers. Choose one of them.")
    return int(text)


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _dates(visit: OpenedLink, now: datetime) -> tuple[OwnDate, ...]:
    state = plan.current(visit.patient)
    if state is None:
        return ()
    given = {infusion.on for infusion in course.infusions_of(visit.patient.pk)}
    day = clock.day_of(visit.patient.clinic, now)
    ahead = [(each.n, each.on) for each in state.series if each.on >= day and each.on not in given]
    return own_dates(ahead, total=len(state.series))
