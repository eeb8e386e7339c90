"""Whether this program may serve this database at all. Asked before the first request is answered."""

from __future__ import annotations

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Q

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.ledger import anchor
from tenuto.clinic.ledger.integrity import damage_at_start
from tenuto.clinic.ledger.models import AuditEvent

__all__ = ["check_database", "check_whole"]


def check_database() -> None:
    """Raise ImproperlyConfigured for a database that this program must not serve.

    One with invented people never becomes a real one, also when the invented clinics were closed: their sign-ins are
    printed in the manual. One that a newer program has changed would be written wrongly by an older one. A database that
    can't be reached says so by itself, later.
    """
    try:
        newer = _unknown_migrations()
        invented = settings.PRODUCTION and _has_invented_people()
        anchor.look_back()
    except DatabaseError:
        return
    if newer:
        raise ImproperlyConfigured(
            f"This database was changed by a newer version of Tenuto ({newer[0]}). Start that version, or restore a backup "
            "from before; nothing was changed."
        )
    if invented:
        raise ImproperlyConfigured(
            "This database holds the demonstration, with sign-ins that everybody knows. It can't be used in production, also "
            "not after its clinics are closed. Give TENUTO_DATABASE_URL an empty database."
        )


def check_whole() -> None:
    """Raise ImproperlyConfigured for a damaged or a lost database, and for an anchor that is missing beside a chain with events.

    Either would be met by the first page instead, by whoever opens it; here it is met by whoever starts the server.
    """
    try:
        damaged = damage_at_start()
        lost = "" if damaged else anchor.lost_events()
        events = 0 if damaged or lost else anchor.number_of_events()
    except DatabaseError:
        return
    if damaged or lost:
        raise ImproperlyConfigured(f"{damaged or lost} Nothing was changed.")
    missing = anchor.missing() if events else []
    if missing:
        raise ImproperlyConfigured(
            f"{missing[0].name.capitalize()} is missing, and the audit chain has {events:,} events. Have you only "
            "just named the place (TENUTO_LEDGER_ANCHOR, TENUTO_LEDGER_ANCHOR_OUTSIDE)? Then run `tenuto audit verify`, and "
            "`tenuto audit accept --why 'a new place for the anchor'` to begin it there. Was it there before? Then find out "
            "who took it away. Nothing was changed."
        )


def _has_invented_people() -> bool:
    invented = Clinic.objects.filter(demonstration=True) | Clinic.objects.filter(invented=True)
    return invented.exists() or _were_opened_invented()


def _were_opened_invented() -> bool:
    """Also when the rows say otherwise today: what was opened is in the chain, which nobody edits unseen."""
    opened = AuditEvent.objects.filter(subject_type=Clinic._meta.label_lower, action="opened clinic")
    said = Q(detail_json__contains='"demonstration": true') | Q(detail_json__contains='"invented": true')
    return opened.filter(said).exists()


def _unknown_migrations() -> list[str]:
    """Migrations of our own that were applied and that this program does not have."""
    # Without a connection: with one it would also check the history that it can't understand.
    known = set(MigrationLoader(None).disk_migrations)
    own = {config.label for config in apps.get_app_configs() if config.name.startswith("tenuto.")}
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app} {name}" for app, name in applied if app in own and (app, name) not in known)
