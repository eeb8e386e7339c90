"""Do the clinic's jobs and send its messages until stopped. For installations with several servers: `serve --no-worker`."""

from __future__ import annotations

import argparse
import signal
import threading

from tenuto.cli import UserError
from tenuto.cli.manage import database_problem, prepare_django


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing to choose: what there is to do is in the database."""


def run(args: argparse.Namespace) -> int:
    """Work until Ctrl+C or SIGTERM; the job at hand is finished first."""
    prepare_django()
    from django.core.exceptions import ImproperlyConfigured
    from django.db import DatabaseError

    from tenuto.clinic.config.api import check_database
    from tenuto.clinic.live.background import Background

    try:
        check_database()
    except ImproperlyConfigured as unfit:
        raise UserError(str(unfit)) from unfit
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stopped.set())
    try:
        with Background():
            print("Tenuto's worker is at work. Stop with Ctrl+C.", flush=True)
            stopped.wait()
    except DatabaseError as error:
        raise database_problem(
            "The worker can't use the database",
            error,
            otherwise="Check TENUTO_DATABASE_URL, and start the server once first.",
        ) from error
    return 0
