"""The sign-in form."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils import timezone

from tenuto.clinic.accounts import throttle
from tenuto.clinic.accounts.devices import counted_as
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.ledger.actors import NOBODY
from tenuto.clinic.ledger.services import record_access
from tenuto.clinic.ui.words import count


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
        counted = self._counted_as(username)
        if throttle.must_wait(counted):
            _record_failure(username)
            wait = count(settings.SIGN_IN_WAIT_MINUTES, "minute")
            raise ValidationError(f"Too many wrong passwords for this name. Wait {wait}, then try again.")
        try:
            return super().clean()
        except ValidationError:
            throttle.failed(counted)
            _record_failure(username)
            raise

    def succeeded(self) -> None:
        """Called once the person is in."""
        throttle.succeeded(self._counted_as(str(self.cleaned_data["username"])))

    def _counted_as(self, username: str) -> str:
        return counted_as(self.request, username) if self.request is not None else username


def _record_failure(username: str) -> None:
    """What was typed as an unknown name is not kept: people type passwords there."""
    staff = Staff.objects.filter(username=username).first()
    record_access(action="failed sign-in", subject=staff or Staff(), by=staff or NOBODY, at=timezone.now())
