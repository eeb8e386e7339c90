"""The forms of passkeys: what a browser sends is bounded and never a failure of the program, and a copied key is found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from fido2.utils import websafe_decode
from fido2.webauthn import AuthenticationResponse, RegistrationResponse

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.codes import went_on
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.accounts.reauthenticate import check_same_form
from tenuto.clinic.ledger.services import record_access

__all__ = ["AddPasskeyForm", "PasskeyForm", "PasskeyLoginForm", "PasskeySignatureForm"]

LONGEST = 20_000
"""Characters; what a key says has about two thousand."""
NOT_UNDERSTOOD = "What the passkey said was not understood. Try again."
ELSEWHERE = "The passkey answered another page than this one, so it opens nothing. Open Tenuto at its own address and try again."
COPIED = "This passkey counts backwards, so there is a copy of it somewhere. Tell your medical director, and remove it."
KNOWN = "This passkey is set up here already. Use another one, or remove it first where it stands."
BAD = (TypeError, ValueError, KeyError, AttributeError, IndexError, RecursionError)
"""What the library's readers raise for something that no key would say."""


class _Said(forms.JSONField):
    """What a key said, of bounded length and depth."""

    def to_python(self, value: Any) -> Any:
        try:
            if len(str(value or "")) > LONGEST:
                raise ValidationError(NOT_UNDERSTOOD)
            return super().to_python(value)
        except RecursionError:
            raise ValidationError(NOT_UNDERSTOOD) from None


def _said() -> _Said:
    return _Said(widget=forms.HiddenInput, error_messages={"invalid": NOT_UNDERSTOOD})


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey."""

    credential = _said()

    def clean(self) -> dict[str, Any]:
        _check_made_here(self.cleaned_data.get("credential"))
        # Before the library looks: its page reads the form twice, and what it says then is about the challenge alone.
        _read(lambda: _check_nobodys(self.cleaned_data.get("credential")))
        cleaned: dict[str, Any] = _read(super().clean)
        return cleaned


class PasskeyForm(AuthenticateWebAuthnForm):  # type: ignore[misc]
    """The answer of a passkey after the password."""

    credential = _said()

    def clean_credential(self) -> Authenticator:
        said = self.cleaned_data["credential"]
        _check_made_here(said)
        found: Authenticator = _read(super().clean_credential)
        _check_not_copied(found, said)
        return found


class PasskeyLoginForm(PasskeyForm):
    """The answer of a passkey at the door, without a password."""

    passwordless = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=None, **kwargs)


class PasskeySignatureForm(PasskeyForm):
    """The answer of a passkey before a signature or after a lock."""

    reauthenticated = True

    def clean_credential(self) -> Authenticator:
        check_same_form(context.request)
        return super().clean_credential()


def _check_made_here(said: Any) -> None:
    """Raise unless the browser says that a page of this very address asked: not one below the name, nor at another port.

    The library takes any https address whose name is ours or ends with ours, and in development every one.
    """
    told = _read(lambda: json.loads(websafe_decode(said["response"]["clientDataJSON"])))
    host = str(context.request.get_host())
    ours = {f"https://{host}", f"https://{host.removesuffix(':443')}"}
    if settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN:
        ours.add(f"http://{host}")
    if not isinstance(told, dict) or str(told.get("origin")) not in ours or told.get("crossOrigin"):
        raise ValidationError(ELSEWHERE)


def _check_nobodys(said: Any) -> None:
    """Raise for the name of a passkey that is set up here already (WebAuthn, 7.1, step 26).

    A key says its name itself. With a colleague's, and a count far ahead, one would make the colleague's seem a copy.
    """
    made = RegistrationResponse.from_dict(said).response.attestation_object.auth_data.credential_data
    every = Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN)
    known = (each.wrap().authenticator_data.credential_data for each in every)
    if made is not None and any(each and each.credential_id == made.credential_id for each in known):
        raise ValidationError(KNOWN)


def _read(reader: Callable[[], Any]) -> Any:
    try:
        return reader()
    except BAD:
        raise ValidationError(NOT_UNDERSTOOD) from None


def _check_not_copied(found: Authenticator, said: Any) -> None:
    """A key counts its answers; those that don't always say 0 (WebAuthn, 6.1.1)."""
    answer = AuthenticationResponse.from_dict(said)
    count = answer.response.authenticator_data.counter
    if count == 0 or went_on(hashlib.sha256(answer.raw_id).hexdigest(), count):
        return
    owner = Staff.objects.get(pk=found.user_id)
    record_access(
        action="failed second factor",
        subject=owner,
        by=owner,
        at=clock.instant(),
        detail={"what": "a copied passkey"},
    )
    raise ValidationError(COPIED)
