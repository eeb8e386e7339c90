"""The door that a link leads to: the date of birth, then in."""

from __future__ import annotations

import logging
from datetime import timedelta
from http import HTTPStatus

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from tenuto.clinic.accounts import throttle
from tenuto.clinic.ledger import origin
from tenuto.clinic.links import services
from tenuto.clinic.links.visits import begin
from tenuto.clinic.ui.fields import DayField
from tenuto.clinic.ui.words import count

logger = logging.getLogger(__name__)


class BirthDateForm(forms.Form):
    """The second fact."""

    born = DayField(
        label="Your date of birth",
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "bday"}),
        error_messages={
            "required": "Enter your date of birth.",
            "invalid": "Enter the date as day, month and year.",
        },
    )


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def door(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for the date of birth; the page is the same for a good link and a bad one.

    Wrong answers count at the link, which shuts after some. Only made-up links count at the address they come from, so that
    one household, ward or proxy shuts nobody else out.
    """
    form = BirthDateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        here = f"link from {origin.current()}"
        try:
            opened = services.open_link(token, form.cleaned_data["born"])
        except services.UnknownLink as unknown:
            # Whoever guesses links waits; whoever was given one is never made to by what others at the address do.
            form.add_error(None, _wait(here) if throttle.must_wait(here) else str(unknown))
            throttle.failed(here)
        except services.LinkRefused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect(begin(request, opened))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "links/door.html", {"form": form}, status=status)


@login_not_required
@require_safe
def inside(request: HttpRequest) -> HttpResponse:
    """Where a link leads whose purpose no room has taken up; it knows nobody."""
    return render(request, "links/inside.html")


def _wait(here: str) -> str:
    """What whoever guesses reads. The log says it once for each wait, and no address of a link."""
    if not throttle.too_many(
        f"told of {here}", most=1, within=timedelta(minutes=settings.SIGN_IN_WAIT_MINUTES)
    ):
        logger.warning("Links are being guessed: %s made up more than can be mistakes.", here)
    minutes = count(settings.SIGN_IN_WAIT_MINUTES, "minute")
    return f"Too many tries from here. Wait {minutes}, then try again."
