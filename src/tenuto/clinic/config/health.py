"""Whether the server lives, and whether it can do its work: for a proxy or a supervisor that asks every few seconds.

Neither address knows a person, or says more to a stranger than which part is missing.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.backup.api import overdue
from tenuto.clinic.ledger import anchor
from tenuto.clinic.ledger.space import little_room

__all__ = ["lives", "ready"]

UNAVAILABLE = 503
_migrated: set[str] = set()
"""Databases of this process whose migrations were seen applied; what a newer program adds stops an older one elsewhere."""


@login_not_required
@require_safe
@never_cache
def lives(request: HttpRequest) -> HttpResponse:
    """200 while the process answers. A supervisor that gets none starts it anew."""
    return _said("lives")


@login_not_required
@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """200 while pages can be read and entries written, 503 with the parts that are missing otherwise.

    An anchor that can't be written, a disk with little room, or backups that stopped, stop nothing yet: said behind `ready`.
    """
    lacking = _lacking()
    if lacking:
        return _said(f"not ready: {lacking}", status=UNAVAILABLE)
    problems = (("audit", anchor.problem()), ("disk", little_room()), ("backup", _backups()))
    warned = [name for name, found in problems if found]
    return _said(f"ready; look at: {', '.join(warned)}" if warned else "ready")


def _backups() -> str:
    return overdue(clock.instant()) if settings.PRODUCTION else ""


def _lacking() -> str:
    try:
        if connection.alias not in _migrated:
            executor = MigrationExecutor(connection)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                return "migrations"
            _migrated.add(connection.alias)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, OSError):
        return "database"
    return ""


def _said(text: str, *, status: int = 200) -> HttpResponse:
    return HttpResponse(f"{text}\n", content_type="text/plain; charset=utf-8", status=status)
