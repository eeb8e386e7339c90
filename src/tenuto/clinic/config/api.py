"""What the commands may use of the configuration."""

from __future__ import annotations

from tenuto.clinic.config.private import make_private, write_privately

__all__ = ["check_database", "make_private", "write_privately"]


def check_database() -> None:
    """Raise ImproperlyConfigured for a database that this program must not serve; after `django.setup`."""
    from tenuto.clinic.config.fitness import check_database as check

    check()
