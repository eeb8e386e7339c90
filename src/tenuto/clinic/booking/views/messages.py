"""The messages of the clinic: what left, what waits, and what was given up and needs a person."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.decorators import requires
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.booking.presenters.messages import message_lines
from tenuto.clinic.ledger.models import OutboxMessage
from tenuto.clinic.ledger.outbox import FileSender, configured_sender, try_again
from tenuto.clinic.people.lists import record_list
from tenuto.clinic.people.sight import hidden_from

__all__ = ["again", "page"]

SHOWN = timedelta(days=14)
MOST = 200


@require_safe
@requires("booking.book")
def page(request: HttpRequest) -> HttpResponse:
    """Of the last two weeks, what needs somebody first. In a demonstration each is shown as the patient reads it."""
    staff, now = staff_of(request), clock.instant()
    rows = _of(staff.clinic).filter(due_at__gte=now - SHOWN).order_by("-due_at", "-pk")[:MOST]
    sender = configured_sender()
    invented = not settings.PRODUCTION and staff.clinic.demonstration
    reads = sender.read if invented and isinstance(sender, FileSender) else None
    lines = message_lines(rows, staff.clinic, hidden=hidden_from(staff), reads=reads)
    named = (line.patient_id for line in lines if line.patient_id is not None)
    record_list("messages", named, by=staff, at=now)
    context = {"here": "week", "lines": lines, "sends": sender is not None, "on_screen": reads is not None}
    return render(request, "booking/messages.html", context)


@require_POST
@requires("booking.book")
def again(request: HttpRequest, number: int) -> HttpResponse:
    """Let a message that was given up leave once more."""
    staff = staff_of(request)
    row = _of(staff.clinic).filter(pk=number, sent_at__isnull=True).first()
    if row is None:
        raise Http404("There is no such message, or it has left.")
    try_again(row.pk, by=staff, at=clock.instant())
    messages.success(request, "It is tried again with the next round.", extra_tags="Waits")
    return redirect("bookings:messages")


def _of(clinic: Clinic) -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(payload__clinic_id=str(clinic.pk))
