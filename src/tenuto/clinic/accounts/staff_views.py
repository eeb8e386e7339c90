"""Who works here: for everyone to see, for the medical director to change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenuto.clinic.accounts import clock, invitations, services
from tenuto.clinic.accounts.credentials import credentials_of, set_credential
from tenuto.clinic.accounts.decorators import requires
from tenuto.clinic.accounts.enrol import reset_second_factor
from tenuto.clinic.accounts.invitations import Invited
from tenuto.clinic.accounts.models import Clinic, PrintedCredential, Role, Staff
from tenuto.clinic.accounts.roles import SIGNING_ROLES
from tenuto.clinic.accounts.setting_up import steps_of
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.accounts.signers import SignerStanding, standings
from tenuto.clinic.ui.fields import LineField, PhoneField
from tenuto.clinic.ui.words import ways_to_reach
from tenuto.core.literature.emergency import emergency_numbers, emergency_words
from tenuto.core.sentences import LONGEST_NAME


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A person in the list: whether they were invited and have not come yet, and whether a second person is waited for."""

    person: Staff
    credential: PrintedCredential | None
    invited: bool
    waits: bool
    may_confirm: bool


class InviteForm(forms.Form):
    """A new sign-in. Its person chooses the password."""

    username = forms.CharField(
        label="User name",
        max_length=150,
        validators=[invitations.USERNAME],
        help_text="Letters a to z, digits and . + - _ only.",
    )
    name = LineField(label="Full name", max_length=LONGEST_NAME)
    role = forms.ChoiceField(label="Role", choices=Role.choices)
    letters = forms.CharField(
        label="Letters after the name",
        max_length=60,
        required=False,
        help_text="Such as MD. Printed on what this person signs.",
    )
    licence = forms.CharField(label="Licence number", max_length=60, required=False)

    def clean_username(self) -> str:
        username = str(self.cleaned_data["username"])
        if Staff.objects.filter(username__iexact=username).exists():
            raise ValidationError("This user name is taken. Choose another one.")
        return username

    def invite(self, *, by: Staff) -> Invited:
        """Open the account, and the link by which its person chooses the password."""
        given: dict[str, Any] = self.cleaned_data
        invited = invitations.invite(
            clinic=by.clinic,
            username=given["username"],
            name=given["name"],
            role=Role(given["role"]),
            by=by,
            at=clock.instant(),
        )
        if given["letters"] or given["licence"]:
            set_credential(
                staff=invited.staff,
                letters=given["letters"],
                licence=given["licence"],
                by=by,
                at=clock.instant(),
            )
        return invited


class WordsForm(forms.Form):
    """What patients read on their pages about the clinic."""

    phone = PhoneField(
        label="Phone number for patients", max_length=60, required=False, help_text="On working days."
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    crisis_words = forms.CharField(
        label="Whom to call in danger",
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="The emergency number and the crisis line, at the foot of every page that a patient sees.",
    )
    checked = forms.BooleanField(
        label="I have checked each of these numbers",
        required=False,
        help_text="By calling it, or on the page of the service itself.",
    )

    def clean_crisis_words(self) -> str:
        words = str(self.cleaned_data["crisis_words"]).strip()
        if words and "phone" not in (ways := ways_to_reach(words)) and "short" not in ways:
            raise ValidationError(
                "No number can be read in these words. Write them as in: call 911; call or text 988."
            )
        return words

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if (given.get("phone") or given.get("crisis_words")) and not given.get("checked"):
            self.add_error(
                "checked", "Nobody reads a number here that was not checked. Check them, and say so."
            )
        return given


class ZoneForm(forms.Form):
    """Where the clinic's days begin."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
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


@require_safe
@requires("clinic.set_up")
def set_up_page(request: HttpRequest) -> HttpResponse:
    """What the clinic needs before its first patient, and what of it is there."""
    steps = steps_of(staff_of(request).clinic, at=clock.instant())
    waiting = [step for step in steps if not step.done]
    context = {
        "before": [step for step in waiting if step.urgent],
        "later": [step for step in waiting if not step.urgent],
        "done": [step for step in steps if step.done],
        "here": "staff",
    }
    return render(request, "accounts/set_up.html", context)


@require_POST
@requires("staff.manage")
def employ(request: HttpRequest) -> HttpResponse:
    """Add a sign-in."""
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    return _invited(request, form.invite(by=staff_of(request)))


@require_POST
@requires("clinic.words")
def words(request: HttpRequest) -> HttpResponse:
    """Change what patients are told about the clinic."""
    form, by = WordsForm(request.POST, auto_id="clinic_%s"), staff_of(request)
    if not form.is_valid():
        return _page(request, InviteForm(), words=form)
    given = form.cleaned_data
    try:
        services.set_clinic_words(
            clinic=by.clinic,
            phone=given["phone"],
            crisis_words=given["crisis_words"],
            seen=given["seen"],
            by=by,
            at=clock.instant(),
        )
    except services.ClinicMoved as moved:
        return _both(request, moved, services.words_seen, words=form)
    messages.success(request, "From now on patients read this.")
    return redirect("accounts:staff")


@require_POST
@requires("clinic.zone")
def zone(request: HttpRequest) -> HttpResponse:
    """Set the clinic's clock."""
    form, by = ZoneForm(request.POST), staff_of(request)
    if not form.is_valid():
        return _page(request, InviteForm(), zone=form)
    try:
        services.set_clinic_zone(clinic=by.clinic, **form.cleaned_data, by=by, at=clock.instant())
    except services.ClinicMoved as moved:
        return _both(request, moved, services.zone_seen, zone=form)
    messages.success(request, f"It is {clock.now(by.clinic):%H:%M} at {by.clinic.name} now.")
    return redirect("accounts:staff")


@require_POST
@requires("staff.manage")
def change(request: HttpRequest, staff_id: int) -> HttpResponse:
    """Change a role, give a link for a new password, close an account or open it again."""
    by = staff_of(request)
    staff = get_object_or_404(by.clinic.staff, pk=staff_id)
    action, role = request.POST.get("action", ""), request.POST.get("role", "")
    if action == "credential":
        # Also one's own: it opens nothing, and a clinic may have one medical director.
        set_credential(
            staff=staff,
            letters=request.POST.get("letters", ""),
            licence=request.POST.get("licence", ""),
            by=by,
            at=clock.instant(),
        )
        messages.success(request, f"Printed from now on beside the name of {staff.name}.")
    elif staff.pk == by.pk:
        messages.error(request, "This is your own sign-in. Another medical director must change it.")
    elif action == "close":
        services.close_account(staff=staff, by=by, at=clock.instant())
    elif action == "reopen":
        services.reopen_account(staff=staff, by=by, at=clock.instant())
    elif action == "reset":
        reset_second_factor(staff=staff, by=by, at=clock.instant())
        messages.success(
            request,
            f"{staff.name} is signed out everywhere and sets up a new second factor at the next sign-in.",
        )
    elif action == "link":
        return _link(request, staff)
    elif action == "role" and role in Role.values:
        services.change_role(staff=staff, role=Role(role), by=by, at=clock.instant())
    else:
        return HttpResponse(
            "Nothing was changed: the form was not understood.", status=400, content_type="text/plain"
        )
    return redirect("accounts:staff")


def _link(request: HttpRequest, staff: Staff) -> HttpResponse:
    try:
        return _invited(request, invitations.give_link(staff=staff, by=staff_of(request), at=clock.instant()))
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
    printed = credentials_of(people)
    return [_row(person, found.get(person.pk), printed.get(person.pk), by) for person in people]


def _row(
    person: Staff, standing: SignerStanding | None, printed: PrintedCredential | None, by: Staff
) -> StaffRow:
    waits = standing is not None and not standing.confirmed and person.is_active
    chosen = person.has_usable_password()
    others = standing is not None and str(by.pk) not in standing.given_by and person.pk != by.pk
    return StaffRow(
        person, printed, invited=not chosen, waits=waits and chosen, may_confirm=waits and chosen and others
    )


def _words_form(clinic: Clinic) -> WordsForm:
    """What patients read; where nothing was written, what is proposed for the country, to be checked first."""
    proposed = emergency_words(clinic.zone) if clinic.zone in emergency_numbers() else ""
    words = {
        "phone": clinic.phone,
        "crisis_words": clinic.crisis_words or proposed,
        "seen": services.words_seen(clinic),
    }
    return WordsForm(initial=words, auto_id="clinic_%s")


def _both(
    request: HttpRequest,
    moved: services.ClinicMoved,
    seen: Callable[[Clinic], str],
    *,
    words: WordsForm | None = None,
    zone: ZoneForm | None = None,
) -> HttpResponse:
    """What stands now beside what was typed; the form knows from here on what it would replace."""
    clinic = staff_of(request).clinic
    clinic.refresh_from_db(fields=["phone", "crisis_words", "zone"])
    for form in (words, zone):
        if form is not None:
            form.data = dict(form.data.items()) | {"seen": seen(clinic)}
    return _page(request, InviteForm(), words=words, zone=zone, moved=str(moved), status=HTTPStatus.CONFLICT)


def _page(
    request: HttpRequest,
    form: InviteForm,
    *,
    words: WordsForm | None = None,
    zone: ZoneForm | None = None,
    moved: str = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    clinic = staff_of(request).clinic
    context = {
        "people": _rows(clinic, staff_of(request)),
        "form": form,
        "words": words or _words_form(clinic),
        "proposed": emergency_numbers().get(clinic.zone) if not clinic.crisis_words else None,
        "zone": zone or ZoneForm(initial={"zone": clinic.zone, "seen": services.zone_seen(clinic)}),
        "now": clock.now(clinic),
        "roles": Role.choices,
        "moved": moved,
        "here": "staff",
    }
    return render(request, "accounts/staff.html", context, status=status)
