"""What was seen is sent: nobody replaces a statement about a patient by one that was made without knowing it.

Every page knows the newest event before it was made, and its forms send that number along (`{% seen %}`). An action says
what it rests on; when a row of that was recorded after the number, nothing is done, and the answer (409) shows what was
recorded beside what was typed. Its person then decides which of the two stands (hazard H39).

    @shows_patient("decision", verb="intake.decide")
    @rests_on("intake.Decision", "policies.PolicyActivation", typed=DecisionForm)
    def decision(request, patient): ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from http import HTTPStatus
from types import FunctionType
from typing import Any, cast

from django import forms
from django.apps import apps
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

from tenuto.clinic.accounts.decorators import View
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.ledger.actors import for_people
from tenuto.clinic.ledger.facts import IN_ORDER, Fact
from tenuto.clinic.live.api import newest_number
from tenuto.clinic.pathway.frame import patient_page
from tenuto.clinic.people.models import Patient

__all__ = ["FIELD", "Contrary", "Newer", "Typed", "known_of", "newer_than", "rests_on"]

FIELD = "seen_event"
"""The name of the hidden field in every form."""
NOT_TYPED = frozenset({FIELD, "csrfmiddlewaretoken"})
Typed = type[forms.Form] | Mapping[str, str] | Callable[[HttpRequest], forms.Form]
"""A form, what makes it of a request, or the labels of its fields where it has no class; a prefix is told by what was posted."""


@dataclass(frozen=True, slots=True)
class Newer:
    """Something that was recorded after the page was made."""

    what: str
    words: str
    by: str
    at: datetime


Contrary = Callable[[QueryDict], models.Q]
"""Which rows of a table say something else than what is posted."""


def rests_on(
    *statements: str,
    typed: Typed,
    page: str = "",
    same: str = "",
    contrary: Mapping[str, Contrary] | None = None,
    framed: bool = True,
) -> Callable[[View], View]:
    """Refuse a posted action whose page does not know every row of `statements` (labels of tables of facts).

    Rows about the patient of the page count, and those of the clinic where they are about nobody. `page` is the route of
    the page with the form, where that is another; `same` the word of the address that narrows the rows, such as `task_id`;
    `contrary` narrows the rows of a table to those that what is posted would stand before and does not repeat, where
    several people fill in different rows of one page at once.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method != "POST":
                return view(request, *args, **kwargs)
            patient: Patient | None = kwargs.get("patient")
            clinic = staff_of(request).clinic
            with transaction.atomic():
                _hold_still(clinic, patient)
                sent, now = _sent(request.POST), newest_number()
                request.seen_event = now  # type: ignore[attr-defined]
                known = sent if sent <= now else 0
                only = {same: kwargs[same]} if same else {}
                newer = newer_than(
                    known,
                    statements,
                    patient=patient,
                    clinic=clinic,
                    only=only,
                    contrary={label: which(request.POST) for label, which in (contrary or {}).items()},
                )
                if not newer:
                    return view(request, *args, **kwargs)
            words = {name: value for name, value in kwargs.items() if name != "patient"}
            if patient is not None:
                words["patient_id"] = patient.pk
            again = _page_of(page, words) if page else request.path
            return _both(request, patient if framed else None, newer, _what_was_typed(request, typed), again)

        checked.rests_on = statements  # type: ignore[attr-defined]
        return checked

    return decorate


def known_of(request: HttpRequest) -> int:
    """The newest event that the page of a posted action knew; what came after it, nobody there has seen."""
    sent = _sent(request.POST)
    return sent if sent <= newest_number() else 0


def _page_of(route: str, words: dict[str, Any]) -> str:
    """The address of the page with the form; it may stand above what the form is about, as a list does."""
    of_patient = {name: value for name, value in words.items() if name == "patient_id"}
    for known in (words, of_patient):
        with suppress(NoReverseMatch):
            return reverse(route, kwargs=known)
    return reverse(route)


def newer_than(
    number: int,
    statements: Iterable[str],
    *,
    patient: Patient | None,
    clinic: Clinic,
    only: Mapping[str, object] | None = None,
    contrary: Mapping[str, models.Q] | None = None,
) -> tuple[Newer, ...]:
    """What was recorded after the event `number`, oldest first. One query a statement."""
    narrowed = contrary or {}
    found: list[Fact] = []
    for label in statements:
        model = cast("type[Fact]", apps.get_model(label))
        rows = model.objects.filter(event_number__gt=number, **_about(model, patient, clinic), **(only or {}))
        if label in narrowed:
            rows = rows.filter(narrowed[label])
        found += rows.order_by(*IN_ORDER)
    found.sort(key=lambda row: row.event_number)
    return tuple(_newer(row) for row in found)


def _hold_still(clinic: Clinic, patient: Patient | None) -> None:
    """Two people who act at once are served one after the other."""
    if patient is not None:
        clinic.patients.select_for_update().get(pk=patient.pk)
    else:
        Clinic.objects.select_for_update().get(pk=clinic.pk)


def _sent(posted: QueryDict) -> int:
    """What the page knew; a form that says nothing, or nothing that can be, has seen nothing."""
    text = posted.get(FIELD, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _about(model: type[models.Model], patient: Patient | None, clinic: Clinic) -> dict[str, object]:
    """How rows of a table are found: by the patient, by what they belong to, or by the clinic."""
    names = {field.name for field in model._meta.get_fields() if field.concrete}
    if "patient" in names:
        return {"patient": patient}
    for name in ("version", "task", "appointment"):
        if name in names:
            return {f"{name}__patient": patient}
    if "shift" in names:
        return {"shift__clinic": clinic}
    return {"clinic": clinic}


def _newer(row: Fact) -> Newer:
    return Newer(str(row._meta.verbose_name), row.says, for_people(row.recorded_by_name), row.recorded_at)


def _what_was_typed(request: HttpRequest, typed: Typed) -> tuple[tuple[str, str], ...]:
    told = _of_labels(request.POST, typed) if isinstance(typed, Mapping) else _of_form(request, typed)
    return tuple((label, text) for label, text in told if text)


def _of_labels(posted: QueryDict, labels: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, label in labels.items():
        yield label, ", ".join(posted.getlist(name))


def _of_form(
    request: HttpRequest, typed: type[forms.Form] | Callable[[HttpRequest], forms.Form]
) -> Iterator[tuple[str, str]]:
    posted = request.POST
    fields = (
        typed(request).fields
        if isinstance(typed, FunctionType)
        else cast(type[forms.Form], typed).base_fields
    )
    for name, field in fields.items():
        if not field.widget.is_hidden:
            # A form of several on one page has a prefix, which ends at a hyphen.
            values = [v for key in posted if key.rpartition("-")[2] == name for v in posted.getlist(key)]
            yield str(field.label or name), ", ".join(_shown(field, value) for value in values)


def _shown(field: forms.Field, value: str) -> str:
    choices: Sequence[tuple[Any, Any]] = list(getattr(field, "choices", ()))
    return next((str(words) for key, words in choices if str(key) == value), value)


def _both(
    request: HttpRequest,
    patient: Patient | None,
    newer: Sequence[Newer],
    typed: Sequence[tuple[str, str]],
    again: str,
) -> HttpResponse:
    """What was recorded, what was typed, and the two ways on."""
    context = {
        "newer": newer,
        "typed": typed,
        "again": again,
        "action": request.get_full_path(),
        "kept": [(n, v) for n, values in request.POST.lists() for v in values if n not in NOT_TYPED],
    }
    if patient is None:
        return render(request, "pathway/newer.html", context, status=HTTPStatus.CONFLICT)
    return patient_page(
        request, "pathway/newer_of_patient.html", patient, context, status=HTTPStatus.CONFLICT
    )
