"""What the commands may use of the configuration."""

from __future__ import annotations

from typing import Any

from tenuto.clinic.config.private import make_private, write_privately

__all__ = [
    "behind_proxies",
    "check_database",
    "check_whole",
    "limit_bodies",
    "make_private",
    "server_options",
    "write_privately",
]


def behind_proxies(application: Any) -> Any:
    """The application, which believes the proxies of this installation; after `django.setup`."""
    from tenuto.clinic.config.proxies import behind_proxies as behind

    return behind(application)


def check_database() -> None:
    """Raise ImproperlyConfigured for a database that this program must not serve; after `django.setup`."""
    from tenuto.clinic.config.fitness import check_database as check

    check()


def check_whole() -> None:
    """Raise ImproperlyConfigured for a database that is damaged, or whose anchor is missing; after `django.setup`."""
    from tenuto.clinic.config.fitness import check_whole as check

    check()


def limit_bodies(application: Any) -> Any:
    """The application, which never sees a body that is too large or too slow; after `django.setup`."""
    from tenuto.clinic.config.bodies import limit_bodies as limit

    return limit(application)


def server_options() -> dict[str, Any]:
    """What the server is told about connections."""
    from tenuto.clinic.config.connections import server_options as options

    return options()
