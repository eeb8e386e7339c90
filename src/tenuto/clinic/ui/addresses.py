"""Where a page sends people back to: an address of this server, whatever was asked for."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

__all__ = ["inside"]


def inside(request: HttpRequest, address: str, *, otherwise: str = "/") -> str:
    """The address when it is a path of this server; else `otherwise`."""
    safe = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if safe and address.startswith("/") and address.isprintable() else otherwise
