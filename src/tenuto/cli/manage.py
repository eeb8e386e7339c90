"""Pass through to Django's own commands: `tenuto manage migrate`, `tenuto manage changepassword NAME`."""

from __future__ import annotations

import argparse
import os

from tenuto.cli import UserError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Everything after `manage` is Django's."""
    parser.add_argument("words", nargs=argparse.REMAINDER, help="a Django command and its options")


def prepare_django() -> None:
    """Load the settings and the apps; a bad setting becomes a sentence."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tenuto.clinic.config.settings")
    import django
    from django.core.exceptions import ImproperlyConfigured

    from tenuto.clinic.config.api import write_privately

    write_privately()
    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise UserError(str(error)) from error


def database_problem(
    what: str,
    error: Exception,
    *,
    otherwise: str = "Check TENUTO_DATABASE_URL, or start `tenuto serve` once.",
) -> UserError:
    """What to say when the database refused something: `what` was not possible, why, and what to do.

    Nobody is sent to start a server on what is left of a damaged database, or on an empty one in place of a lost one.
    """
    from tenuto.clinic.ledger.anchor import lost_events
    from tenuto.clinic.ledger.integrity import damage_now

    worse = damage_now() or lost_events()
    if worse:
        return UserError(f"{what}. {worse} Nothing was changed.")
    return UserError(f"{what}: {str(error).strip()}. {otherwise}")


def run(args: argparse.Namespace) -> int:
    """Run the Django command; its own errors are already sentences."""
    prepare_django()
    from django.core.management import CommandError, call_command, execute_from_command_line
    from django.db import DatabaseError

    words = args.words or ["help"]
    if words[0] == "help":
        execute_from_command_line(["tenuto manage", *words])
        return 0
    try:
        call_command(words[0], *words[1:])
    except CommandError as error:
        raise UserError(str(error)) from error
    except DatabaseError as error:
        raise database_problem("The database can't be used", error) from error
    return 0
