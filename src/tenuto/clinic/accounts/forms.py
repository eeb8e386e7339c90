"""The sign-in form."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError

from tenuto.clinic.accounts import clock, throttle
from tenuto.clinic.accounts.devices import counted_as, is_known
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.ledger.actors import NOBODY
from tenuto.clinic.ledger.services import record_access
from tenuto.clinic.ui.words import count

NETWORKS = 20
"""Each of so many networks may fail as often as one before a new browser waits wherever it is: a password of any worth holds
a hundred guesses in a wait, and nobody who is not at home in twenty networks keeps a new browser out [D]."""
COUNTED_WITHIN = timedelta(minutes=1)
MOST_OF_ONE, MOST_OF_NOBODY = 20, 60
"""Failures in a minute that are each on record, of one account and of all unknown names; of more, the tenfold numbers are."""


class SignInForm(AuthenticationForm):
    """User name and password; the same answer whether the name or the password is wrong."""

    error_messages = {
        "invalid_login": "The user name and the password do not match. Check both and try again.",
        "inactive": "This account is closed. Ask your medical director.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "User name"

    def clean(self) -> dict[str, Any]:
        username = str(self.cleaned_data.get("username", ""))
        counted, new = self._counted_as(username), not self._is_known(username)
        everywhere = f"{username} from everywhere"
        if throttle.must_wait(counted) or (
            new and throttle.must_wait(everywhere, after=settings.SIGN_IN_FAILURES * NETWORKS)
        ):
            _record_failure(username)
            wait = count(settings.SIGN_IN_WAIT_MINUTES, "minute")
            raise ValidationError(f"Too many wrong passwords for this name. Wait {wait}, then try again.")
        try:
            return super().clean()
        except ValidationError:
            throttle.failed(counted)
            if new:
                throttle.failed(everywhere, again=False)
            _record_failure(username)
            raise

    def succeeded(self) -> None:
        """Called once the person is in."""
        throttle.succeeded(self._counted_as(str(self.cleaned_data["username"])))

    def _counted_as(self, username: str) -> str:
        return counted_as(self.request, username) if self.request is not None else username

    def _is_known(self, username: str) -> bool:
        return self.request is not None and is_known(self.request, username)


def _record_failure(username: str) -> None:
    """What was typed as an unknown name is not kept: people type passwords there."""
    staff = Staff.objects.filter(username=username).first()
    who, most = (f"of {staff.pk}", MOST_OF_ONE) if staff else ("of nobody known", MOST_OF_NOBODY)
    number = throttle.counted(f"failed sign-in {who}", within=COUNTED_WITHIN)
    # Whoever guesses for an hour would otherwise fill the audit, which is kept for ever, and the disk.
    if number > most and not _is_power_of_ten(number):
        return
    record_access(
        action="failed sign-in" if number <= most else "many failed sign-ins",
        subject=staff or Staff(),
        by=staff or NOBODY,
        at=clock.instant(),
        detail={"within_a_minute": number} if number > most else None,
    )


def _is_power_of_ten(number: int) -> bool:
    return str(number).strip("0") == "1"
