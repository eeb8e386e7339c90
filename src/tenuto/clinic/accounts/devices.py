"""Browsers in which somebody has signed in before. A stranger's wrong passwords make strangers wait, and not them; and of the
browsers that are new, those of the stranger's own network only, unless the guesses come from very many.

The cookie says under which name a browser's failures are counted, and nothing else: it opens no door, and whoever steals it
has a handful of tries of its own.
"""

from __future__ import annotations

import hashlib
import secrets
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

__all__ = ["counted_as", "is_known", "network_of", "remember"]

COOKIE = "tenuto_devices"
SALT = "tenuto.devices"
LASTS_SECONDS = 180 * 24 * 60 * 60
NETWORK_BITS = {4: 24, 6: 48}
MOST = 12
"""People whom one browser remembers; a tablet of a ward has not many more."""


def counted_as(request: HttpRequest, username: str) -> str:
    """The name under which wrong passwords for `username` are counted: this browser's own where the person came in by it,
    that of its network where it is new."""
    number = _known(request).get(_short(username))
    return f"{username} on device {number}" if number else f"{username} from {network_of(request)}"


def is_known(request: HttpRequest, username: str) -> bool:
    """Whether the person came in by this browser before."""
    return _short(username) in _known(request)


def network_of(request: HttpRequest) -> str:
    """The network that a request comes from, as wide as one customer of a provider is commonly given."""
    try:
        address = ip_address(str(request.META.get("REMOTE_ADDR", "")))
    except ValueError:  # a socket of this machine has none
        return "nowhere"
    mapped = getattr(address, "ipv4_mapped", None) or address
    return str(ip_network(f"{mapped}/{NETWORK_BITS[mapped.version]}", strict=False))


def remember(request: HttpRequest, response: HttpResponse, username: str) -> None:
    """Let this browser's failures for `username` be counted apart from now on."""
    known = _known(request)
    number = known.pop(_short(username), "") or secrets.token_urlsafe(9)
    kept = dict([*known.items(), (_short(username), number)][-MOST:])
    response.set_cookie(
        COOKIE,
        signing.dumps(kept, salt=SALT),
        max_age=LASTS_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _known(request: HttpRequest) -> dict[str, str]:
    try:
        found = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=LASTS_SECONDS)
    except signing.BadSignature:
        return {}
    return {str(name): str(number) for name, number in found.items()} if isinstance(found, dict) else {}


def _short(username: str) -> str:
    return hashlib.sha256(username.strip().casefold().encode()).hexdigest()[:16]
