"""Who works here: for everyone to see, for the medical director to change."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from tenuto.clinic.accounts import clock, invitations, services
from tenuto.clinic.accounts.decorators import requires
from tenuto.clinic.accounts.enrol import reset_second_factor
from tenuto.clinic.accounts.invitations import Invited
from tenuto.clinic.accounts.models import Clinic, Role, Staff
from tenuto.clinic.accounts.roles import SIGNING_ROLES
from tenuto.clinic.accounts.signers import SignerStanding, standings


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A person in the list: whether they were invited and have not come yet, and whether a second person is waited for."""

    person: Staff
    invited: bool
    waits: bool
    may_confirm: bool


class InviteForm(forms.Form):
    """A new sign-in. Its person chooses the password."""

    username = forms.CharField(
        label="User name",
        max_length=150,
        validators=[UnicodeUsernameValidator(message="Use letters, digits and . + - _ only.")],
        help_text="Letters, digits and . + - _ only.",
    )
    name = forms.CharField(label="Full name", max_length=120)
    role = forms.ChoiceField(label="Role", choices=Role.choices)

    def clean_username(self) -> str:
        username = str(self.cleaned_data["username"])
        if Staff.objects.filter(username__iexact=username).exists():
            raise ValidationError("This user name is taken. Choose another one.")
        return username

    def invite(self, *, by: Staff) -> Invited:
        """Open the account, and the link by which its person chooses the password."""
        given: dict[str, Any] = self.cleaned_data
        return invitations.invite(
            clinic=by.clinic,
            username=given["username"],
            name=given["name"],
            role=Role(given["role"]),
            by=by,
            at=timezone.now(),
        )


class WordsForm(forms.Form):
    """What patients read on their pages about the clinic."""

    phone = forms.CharField(
        label="Phone number for patients", max_length=60, required=False, help_text="On working days."
    )
    crisis_words = forms.CharField(
        label="Whom to call in danger",
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="At the foot of every page that a patient sees. Empty: the words that ship with the program.",
    )


class ZoneForm(forms.Form):
    """Where the clinic's days begin."""

    zone = forms.CharField(
        label="Time zone",
        max_length=64,
        help_text="As in Europe/London or America/Chicago. What was recorded keeps the day it had.",
    )

    def clean_zone(self) -> str:
        try:
            return clock.check_zone(str(self.cleaned_data["zone"]).strip())
        except ValueError as unknown:
            raise ValidationError(str(unknown)) from None


@require_http_methods(["GET", "HEAD"])
@requires("staff.view")
def staff_page(request: HttpRequest) -> HttpResponse:
    """Everyone with a sign-in, and the form for a new one."""
    return _page(request, InviteForm())


@require_POST
@requires("staff.manage")
def employ(request: HttpRequest) -> HttpResponse:
    """Add a sign-in."""
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    return _invited(request, form.invite(by=cast(Staff, request.user)))


@require_POST
@requires("clinic.words")
def words(request: HttpRequest) -> HttpResponse:
    """Change what patients are told about the clinic."""
    form, by = WordsForm(request.POST), cast(Staff, request.user)
    if not form.is_valid():
        return _page(request, InviteForm(), words=form)
    services.set_clinic_words(clinic=by.clinic, **form.cleaned_data, by=by, at=timezone.now())
    messages.success(request, "From now on patients read this.")
    return redirect("accounts:staff")


@require_POST
@requires("clinic.zone")
def zone(request: HttpRequest) -> HttpResponse:
    """Set the clinic's clock."""
    form, by = ZoneForm(request.POST), cast(Staff, request.user)
    if not form.is_valid():
        return _page(request, InviteForm(), zone=form)
    services.set_clinic_zone(clinic=by.clinic, zone=form.cleaned_data["zone"], by=by, at=timezone.now())
    messages.success(request, f"It is {clock.now(by.clinic):%H:%M} at {by.clinic.name} now.")
    return redirect("accounts:staff")


@require_POST
@requires("staff.manage")
def change(request: HttpRequest, staff_id: int) -> HttpResponse:
    """Change a role, give a link for a new password, close an account or open it again."""
    by = cast(Staff, request.user)
    staff = get_object_or_404(by.clinic.staff, pk=staff_id)
    action, role = request.POST.get("action", ""), request.POST.get("role", "")
    if staff.pk == by.pk:
        messages.error(request, "This is your own sign-in. Another medical director must change it.")
    elif action == "close":
        services.close_account(staff=staff, by=by, at=timezone.now())
    elif action == "reopen":
        services.reopen_account(staff=staff, by=by, at=timezone.now())
    elif action == "reset":
        reset_second_factor(staff=staff, by=by, at=timezone.now())
        messages.success(
            request,
            f"{staff.name} is signed out everywhere and sets up a new second factor at the next sign-in.",
        )
    elif action == "link":
        return _link(request, staff)
    elif action == "role" and role in Role.values:
        services.change_role(staff=staff, role=Role(role), by=by, at=timezone.now())
    else:
        return HttpResponse(
            "Nothing was changed: the form was not understood.", status=400, content_type="text/plain"
        )
    return redirect("accounts:staff")


def _link(request: HttpRequest, staff: Staff) -> HttpResponse:
    try:
        return _invited(
            request, invitations.give_link(staff=staff, by=cast(Staff, request.user), at=timezone.now())
        )
    except invitations.InvitationRefused as refused:
        messages.error(request, str(refused))
        return redirect("accounts:staff")


def _invited(request: HttpRequest, invited: Invited) -> HttpResponse:
    """The link, shown in the answer, once, because nobody keeps it."""
    address = request.build_absolute_uri(reverse("accounts:invitation", args=[invited.token]))
    context = {"person": invited.staff, "address": address, "until": invited.expires_at, "here": "staff"}
    return render(request, "accounts/invited.html", context, status=HTTPStatus.CREATED)


def _rows(clinic: Clinic, by: Staff) -> list[StaffRow]:
    """Everyone with a sign-in, the open ones first, and what still stands before each."""
    people = list(clinic.staff.order_by("-is_active", "name"))
    found = standings(person for person in people if person.role in SIGNING_ROLES)
    return [_row(person, found.get(person.pk), by) for person in people]


def _row(person: Staff, standing: SignerStanding | None, by: Staff) -> StaffRow:
    waits = standing is not None and not standing.confirmed and person.is_active
    chosen = person.has_usable_password()
    others = standing is not None and str(by.pk) not in standing.given_by and person.pk != by.pk
    return StaffRow(
        person, invited=not chosen, waits=waits and chosen, may_confirm=waits and chosen and others
    )


def _page(
    request: HttpRequest, form: InviteForm, *, words: WordsForm | None = None, zone: ZoneForm | None = None
) -> HttpResponse:
    clinic = cast(Staff, request.user).clinic
    context = {
        "people": _rows(clinic, cast(Staff, request.user)),
        "form": form,
        "words": words
        or WordsForm(
            initial={"phone": clinic.phone, "crisis_words": clinic.crisis_words}, auto_id="clinic_%s"
        ),
        "zone": zone or ZoneForm(initial={"zone": clinic.zone}),
        "now": clock.now(clinic),
        "roles": Role.choices,
        "here": "staff",
    }
    return render(request, "accounts/staff.html", context)
