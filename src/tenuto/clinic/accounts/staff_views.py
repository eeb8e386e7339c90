"""Who works here: for everyone to see, for the medical director to change."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from tenuto.clinic.accounts import clock, services
from tenuto.clinic.accounts.decorators import requires
from tenuto.clinic.accounts.enrol import reset_second_factor
from tenuto.clinic.accounts.models import Role, Staff


class EmployForm(forms.Form):
    """A new sign-in. The first password is told in person and changed by its owner."""

    username = forms.CharField(
        label="User name",
        max_length=150,
        validators=[UnicodeUsernameValidator(message="Use letters, digits and . + - _ only.")],
        help_text="Letters, digits and . + - _ only.",
    )
    name = forms.CharField(label="Full name", max_length=120)
    role = forms.ChoiceField(label="Role", choices=Role.choices)
    password = forms.CharField(
        label="First password", widget=forms.PasswordInput, help_text="12 characters or more."
    )

    def clean_username(self) -> str:
        username = str(self.cleaned_data["username"])
        if Staff.objects.filter(username__iexact=username).exists():
            raise ValidationError("This user name is taken. Choose another one.")
        return username

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        validate_password(password)
        return password

    def employ(self, *, by: Staff) -> Staff:
        """Give the sign-in."""
        given: dict[str, Any] = self.cleaned_data
        return services.employ(
            clinic=by.clinic,
            username=given["username"],
            password=given["password"],
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
    return _page(request, EmployForm())


@require_POST
@requires("staff.manage")
def employ(request: HttpRequest) -> HttpResponse:
    """Add a sign-in."""
    form = EmployForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    added = form.employ(by=cast(Staff, request.user))
    messages.success(request, f"{added.name} can sign in as {added.username}.")
    return redirect("accounts:staff")


@require_POST
@requires("clinic.words")
def words(request: HttpRequest) -> HttpResponse:
    """Change what patients are told about the clinic."""
    form, by = WordsForm(request.POST), cast(Staff, request.user)
    if not form.is_valid():
        return _page(request, EmployForm(), words=form)
    services.set_clinic_words(clinic=by.clinic, **form.cleaned_data, by=by, at=timezone.now())
    messages.success(request, "From now on patients read this.")
    return redirect("accounts:staff")


@require_POST
@requires("clinic.zone")
def zone(request: HttpRequest) -> HttpResponse:
    """Set the clinic's clock."""
    form, by = ZoneForm(request.POST), cast(Staff, request.user)
    if not form.is_valid():
        return _page(request, EmployForm(), zone=form)
    services.set_clinic_zone(clinic=by.clinic, zone=form.cleaned_data["zone"], by=by, at=timezone.now())
    messages.success(request, f"It is {clock.now(by.clinic):%H:%M} at {by.clinic.name} now.")
    return redirect("accounts:staff")


@require_POST
@requires("staff.manage")
def change(request: HttpRequest, staff_id: int) -> HttpResponse:
    """Change a role, close an account or open it again."""
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
    elif action == "role" and role in Role.values:
        services.change_role(staff=staff, role=Role(role), by=by, at=timezone.now())
    else:
        return HttpResponse(
            "Nothing was changed: the form was not understood.", status=400, content_type="text/plain"
        )
    return redirect("accounts:staff")


def _page(
    request: HttpRequest, form: EmployForm, *, words: WordsForm | None = None, zone: ZoneForm | None = None
) -> HttpResponse:
    clinic = cast(Staff, request.user).clinic
    context = {
        "people": clinic.staff.order_by("-is_active", "name"),
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
