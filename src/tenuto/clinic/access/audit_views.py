"""The audit for the medical director and the auditor, and the note that something was printed."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from tenuto.clinic.access import review
from tenuto.clinic.access.audit_rows import rows_of
from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.decorators import requires
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.ledger.models import EventKind
from tenuto.clinic.ledger.services import record_read
from tenuto.clinic.ui.fields import DayField

PAGE = 50
WEEK = timedelta(days=6)


class FiltersForm(forms.Form):
    """Who, what and when."""

    begins = DayField(label="From", widget=forms.DateInput(attrs={"type": "date"}))
    ends = DayField(label="To", widget=forms.DateInput(attrs={"type": "date"}))
    who = forms.CharField(label="Who", required=False, max_length=100)
    what = forms.CharField(label="What", required=False, max_length=100)
    kind = forms.ChoiceField(label="Kind", required=False, choices=[("", "All"), *EventKind.choices])
    patient = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def filters(self, *, today: date) -> review.Filters:
        """What was asked for; the last seven days when it can't be understood."""
        if self.is_valid() and self.cleaned_data["begins"] <= self.cleaned_data["ends"]:
            return review.Filters(**self.cleaned_data)
        return review.Filters(today - WEEK, today)


@require_safe
@requires("audit.read")
def audit(request: HttpRequest) -> HttpResponse:
    """The week's review above, the events below."""
    staff = staff_of(request)
    today = clock.today(staff.clinic)
    defaults = {"begins": today - WEEK, "ends": today}
    form = FiltersForm({**{key: str(day) for key, day in defaults.items()}, **request.GET.dict()})
    filters = form.filters(today=today)
    page = Paginator(review.events(staff.clinic, filters), PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "filters": filters,
        "page": page,
        "rows": rows_of(staff.clinic, page),
        "patient": staff.clinic.patients.filter(pk=filters.patient).first() if filters.patient else None,
        "summary": review.summary(staff.clinic, filters),
        "here": "audit",
        "query": urlencode({k: v for k, v in form.data.items() if k != "page"}),
        "days": urlencode({"begins": filters.begins, "ends": filters.ends}),
    }
    detail = {
        "begins": str(filters.begins),
        "ends": str(filters.ends),
        "who": filters.who,
        "what": filters.what,
        "patient": str(filters.patient or ""),
    }
    answer = render(request, "access/audit.html", context)
    record_read(subject=staff.clinic, by=staff, at=clock.instant(), what="audit", detail=detail)
    return answer


@require_POST
@requires("audit.review")
def mark_reviewed(request: HttpRequest) -> HttpResponse:
    """Sign off the days that were shown."""
    staff = staff_of(request)
    form = FiltersForm(request.POST)
    if not form.is_valid():
        messages.error(request, "The days could not be read, so nothing was signed off. Choose them again.")
        return redirect("access:audit")
    try:
        review.mark_reviewed(
            clinic=staff.clinic,
            filters=form.filters(today=clock.today(staff.clinic)),
            note=request.POST.get("note", ""),
            by=staff,
            at=clock.instant(),
        )
    except ValueError as refused:
        messages.error(request, str(refused))
        return redirect("access:audit")
    messages.success(request, "These days are signed off.")
    return redirect("access:audit")


@require_POST
def printed(request: HttpRequest) -> HttpResponse:
    """Note that a page was printed; the browser says so before it prints."""
    staff, now = staff_of(request), clock.instant()
    detail = {"page": request.POST.get("page", "")[:200]}
    if request.POST.get("patient"):
        try:
            patient = get_object_or_404(staff.clinic.patients, pk=request.POST["patient"])
        except forms.ValidationError:
            return HttpResponse(status=400)
        record_read(subject=patient, by=staff, at=now, what="printed", detail=detail)
    else:
        record_read(subject=staff.clinic, by=staff, at=now, what="printed", detail=detail)
    return HttpResponse(status=204)
