"""A step of the history: a plain form that also saves itself while it is filled in."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import may, roles_that_may
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.intake.entries import standing
from tenuto.clinic.intake.forms.history import Posted, read_step, step_forms
from tenuto.clinic.intake.gather import Gathered, fold, gather_one, imported_closing, without_saves
from tenuto.clinic.intake.presenters.history import conflict_cards, group_anchor, notes_of, step_view
from tenuto.clinic.intake.services.history import EntryRefused, SaveResult, save_step
from tenuto.clinic.intake.state import IntakeState, current
from tenuto.clinic.intake.views.frame import UNPROCESSABLE, aside_html, page
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.core.intake.eligibility import JudgementPurpose, case_of
from tenuto.core.intake.history import Saved, Value
from tenuto.core.intake.icd10cm import titles
from tenuto.core.intake.required import fact
from tenuto.core.intake.steps import HistoryStep, Rows, step, steps

__all__ = ["history", "whole"]

CONFLICT = 409
LEAVING = "leaving"
"""How a page that is being left sends all that waits on it, in one request."""


@require_http_methods(["GET", "HEAD", "POST"])
@shows_patient("history", verb="intake.record")
def history(request: HttpRequest, patient: Patient, step_id: str) -> HttpResponse:
    """Show a step, or save it: whole when it is sent as a form, one entry when it saves itself."""
    asked = _step(step_id)
    if request.method != "POST":
        return _show(request, patient, asked)
    values, _ = _standing(patient, asked, gather_one(patient.pk))
    posted = read_step(asked, request.POST, values, prescribers_of(patient))
    if "resolve" in request.POST:
        return _resolve(request, patient, asked, posted)
    if request.headers.get("X-Autosave"):
        return _autosave(request, patient, asked, posted)
    if posted.errors:
        return _show(request, patient, asked, posted, status=UNPROCESSABLE)
    nothing = _nothing_of(asked, request.POST, posted, values) if "together" in request.POST else {}
    try:
        saved = _save(request, patient, asked, posted, nothing)
    except EntryRefused as kept:
        messages.error(request, str(kept), extra_tags="Not saved")
        return _show(request, patient, asked, posted, status=UNPROCESSABLE)
    return _answer(request, patient, asked, saved)


def _step(step_id: str) -> HistoryStep:
    try:
        return step(step_id)
    except KeyError as unknown:
        raise Http404(str(unknown)) from unknown


def _save(
    request: HttpRequest,
    patient: Patient,
    asked: HistoryStep,
    posted: Posted,
    together: Mapping[str, str] = MappingProxyType({}),
) -> SaveResult:
    return save_step(
        patient=patient,
        step_id=asked.id,
        entries=posted.entries,
        seen=posted.seen,
        again=request.POST.getlist("again"),
        together=together,
        reasons={
            name.removeprefix("back-"): text
            for name, text in request.POST.items()
            if name.startswith("back-") and isinstance(text, str)
        },
        by=staff_of(request),
        at=clock.instant(),
    )


def _answer(request: HttpRequest, patient: Patient, asked: HistoryStep, result: SaveResult) -> HttpResponse:
    if result.conflicts:
        context = {
            "step": asked,
            "conflicts": conflict_cards(asked, result.conflicts, prescribers_of(patient)),
            "saved": result.saved,
        }
        return page(request, "intake/conflict.html", patient, context, status=CONFLICT)
    if "again" in request.POST:
        messages.success(request, "The answer stands, with today's date.", extra_tags="Asked again")
        return redirect("intake:history", patient.pk, asked.id)
    return _go_on(request, patient, asked)


def _go_on(request: HttpRequest, patient: Patient, asked: HistoryStep) -> HttpResponse:
    """To the next step, and after the last one to the measurements; whoever has all on one page stays there.

    After a group was recorded the page stays where the group was: the rest of the step waits for answers.
    """
    stays = "stay" in request.POST or "together" in request.POST
    following = None if stays else _after(asked)
    place = group_anchor(request.POST["together"]) if "together" in request.POST else ""
    if "whole" in request.POST:
        here = reverse("intake:history-whole", args=[patient.pk])
        return redirect(f"{here}#{place or f'step-{(following or asked).id}'}")
    if stays:
        here = reverse("intake:history", args=[patient.pk, asked.id])
        return redirect(f"{here}#{place}" if place else here)
    if following is None:
        return redirect("intake:measurements", patient.pk)
    return redirect("intake:history", patient.pk, following.id)


def _after(asked: HistoryStep) -> HistoryStep | None:
    return next(iter(steps()[steps().index(asked) + 1 :]), None)


def _resolve(request: HttpRequest, patient: Patient, asked: HistoryStep, posted: Posted) -> HttpResponse:
    """After a conflict: of each entry either mine, which is saved over what I have now seen, or what stands."""
    chosen = {key: request.POST.get(f"choose-{key}", "") for key in posted.entries}
    mine = {key: value for key, value in posted.entries.items() if chosen[key] == "mine"}
    result = _save(request, patient, asked, replace(posted, entries=mine))
    return _answer(request, patient, asked, result)


def _autosave(request: HttpRequest, patient: Patient, asked: HistoryStep, posted: Posted) -> HttpResponse:
    """One entry. The answer is the new version and the gate, or the sentence that says what is wrong."""
    if posted.errors and request.headers["X-Autosave"] == LEAVING:
        # Nobody is there any more to correct what is wrong: the rest is not lost with it.
        whole_ones = {key: value for key, value in posted.entries.items() if key not in posted.errors}
        posted = replace(posted, entries=whole_ones, errors={})
    if posted.errors:
        key, error = next(iter(posted.errors.items()))
        return JsonResponse({"entry": key, "error": error}, status=UNPROCESSABLE)
    try:
        result = _save(request, patient, asked, posted)
    except EntryRefused as kept:
        if request.headers["X-Autosave"] == LEAVING:
            others = {key: value for key, value in posted.entries.items() if key != kept.entry}
            return _autosave(request, patient, asked, replace(posted, entries=others))
        return JsonResponse({"entry": kept.entry, "error": str(kept)}, status=UNPROCESSABLE)
    if result.conflicts:
        return JsonResponse({"conflict": True}, status=CONFLICT)
    notes = {
        key: render_to_string("intake/parts/notes.html", {"notes": notes_of(asked.rows, value)})
        for key, value in posted.entries.items()
        if not isinstance(value, str | None)
    }
    return JsonResponse(
        {
            "versions": dict.fromkeys(result.saved, result.version),
            "saved": f"Saved {clock.now(patient.clinic):%H:%M}",
            "notes": notes,
            "aside": aside_html(request, patient),
        }
    )


def _show(
    request: HttpRequest,
    patient: Patient,
    asked: HistoryStep,
    posted: Posted | None = None,
    status: int = 200,
) -> HttpResponse:
    state = current(patient)
    shown = _shown(
        patient,
        asked,
        state,
        gather_one(patient.pk),
        posted,
        may_take_back=may(staff_of(request), "intake.decide"),
        role=staff_of(request).role,
    )
    all_steps = steps()
    place = all_steps.index(asked)
    context = {
        **shown,
        "number": place + 1,
        "total": len(all_steps),
        "before": all_steps[place - 1] if place else None,
        "after": all_steps[place + 1] if place + 1 < len(all_steps) else None,
        "all_steps": all_steps,
    }
    return page(request, "intake/history.html", patient, context, state=state, status=status)


@require_safe
@shows_patient("history", verb="intake.record")
def whole(request: HttpRequest, patient: Patient) -> HttpResponse:
    """All steps on one page, for whoever goes through them in one sitting. Each saves itself as it does alone."""
    state, rows = current(patient), gather_one(patient.pk)
    decides = may(staff_of(request), "intake.decide")
    parts = [
        _shown(patient, each, state, rows, may_take_back=decides, role=staff_of(request).role)
        for each in steps()
    ]
    return page(request, "intake/whole.html", patient, {"parts": parts}, state=state)


def _shown(
    patient: Patient,
    asked: HistoryStep,
    state: IntakeState,
    rows: Gathered,
    posted: Posted | None = None,
    *,
    may_take_back: bool,
    role: str,
) -> dict[str, Any]:
    """A step with its forms, as its template is given it."""
    values, saved = _standing(patient, asked, rows)
    # One empty row to fill in; a list of trials begins with two, because one alone is never enough.
    empty = [uuid.uuid4().hex for _ in range(2 if asked.rows is Rows.TRIAL and not _listed(values) else 1)]
    forms = posted.forms if posted else step_forms(asked, values, prescribers_of(patient), keys=empty)
    return {
        "step": asked,
        "shown": step_view(
            asked,
            forms,
            saved,
            _in_sight(state),
            imported=imported_closing(patient, rows),
            role=role,
            today=state.as_of,
        ),
        "may_take_back": may_take_back,
        "diagnoses": titles() if asked.rows is Rows.DIAGNOSIS else {},
    }


def _standing(
    patient: Patient, asked: HistoryStep, rows: Gathered
) -> tuple[Mapping[str, Value], Mapping[str, Saved]]:
    """What stands in the entries of a step, and of it what was saved here."""
    saved = fold(rows.saves).get(asked.id, {})
    told = standing(asked, without_saves(patient, rows))
    return {**told, **{key: each.value for key, each in saved.items()}}, saved


def _listed(values: Mapping[str, Value]) -> bool:
    return any(isinstance(value, Mapping) for value in values.values())


def _nothing_of(
    asked: HistoryStep, sent: QueryDict, posted: Posted, values: Mapping[str, Value]
) -> Mapping[str, str]:
    """The answers of what was asked together: no to each that stood in the group on the page, and has no answer."""
    shown = frozenset(sent.getlist("asked"))
    return {
        q.fact.id: q.together
        for group in asked.groups
        if group.title == sent["together"]
        for q in group.questions
        if q.fact.id in shown and not posted.entries.get(q.fact.id) and not values.get(q.fact.id)
    }


def prescribers_of(patient: Patient) -> list[str]:
    """Who may be the prescriber of somebody in this clinic."""
    staff = patient.clinic.staff.filter(is_active=True, role__in=roles_that_may("intake.decide"))
    return list(staff.order_by("name").values_list("name", flat=True))


def _in_sight(state: IntakeState) -> Callable[[str], bool]:
    case = case_of(
        state.facts,
        policy=state.policy,
        as_of=state.as_of,
        purpose=JudgementPurpose.PLANNING,
        indication=None,
    )
    return lambda fact_id: case.shows(fact(fact_id))
