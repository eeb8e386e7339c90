"""An open session is of the member as the program knows them: a role that is put into the table under it opens nothing.

Whoever comes in is compared with the newest sealed state (`adapters.pre_login`). The session then keeps the digest of that row,
so that a request costs no query more; where the row has another one, it is compared anew.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.ledger.pages import say_broken
from tenuto.clinic.ledger.sealed import ChangedPastProgram, check_sealed, digest_of

__all__ = ["know_the_member", "same_member_only"]

KNOWN = "member_as_sealed"


def know_the_member(request: HttpRequest, staff: Staff) -> None:
    """Keep how the member's row is, which was just compared."""
    request.session[KNOWN] = digest_of(staff)


def same_member_only(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware that lets nobody go on whose row was changed past the program."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            staff, known = staff_of(request), request.session.get(KNOWN)
            if known is not None and known != digest_of(staff):
                try:
                    check_sealed([staff])
                except ChangedPastProgram as changed:
                    return say_broken(request, changed)
                know_the_member(request, staff)
        return get_response(request)

    return middleware
