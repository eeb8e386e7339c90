"""Serve the clinic: bring the database up to date, load the demonstration if it is empty, answer on an address."""

from __future__ import annotations

import argparse
import socket
import warnings
from contextlib import nullcontext

from tenuto.cli import UserError
from tenuto.cli.manage import database_problem, prepare_django

HIGHEST_PORT = 65535


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to answer."""
    parser.add_argument("--host", default="127.0.0.1", help="address to answer on (default 127.0.0.1)")
    parser.add_argument("--port", type=_port, default=8000, help="port to answer on (default 8000)")
    parser.add_argument(
        "--no-worker",
        action="store_true",
        help="leave jobs and messages to `tenuto worker`, a process of its own",
    )


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= HIGHEST_PORT:
        raise argparse.ArgumentTypeError(
            f"'{text[:20]}' is not a port; use a number from 1 to {HIGHEST_PORT}"
        )
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Serve until stopped."""
    _check_free(args.host, args.port)
    prepare_django()
    _prepare_data()
    address = f"http://{args.host}:{args.port}/"
    print(f"Tenuto answers on {address}", flush=True)
    _print_logins()
    import uvicorn

    from tenuto.clinic.config.api import server_options
    from tenuto.clinic.live.background import Background

    # The static files are small and read whole, so that serving them from a synchronous iterator costs nothing.
    warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
    with Background() if not args.no_worker else nullcontext():
        uvicorn.run(
            "tenuto.clinic.config.asgi:application",
            host=args.host,
            port=args.port,
            log_level="warning",
            lifespan="off",
            proxy_headers=False,  # `config.proxies` reads them, from those of this installation
            **server_options(),
        )
    return 0


def _check_free(host: str, port: int) -> None:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise UserError(
            f"Can't answer on {host} port {port}: {error.strerror or error}. Stop what uses it or give another --port."
        ) from error


def _prepare_data() -> None:
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import call_command
    from django.db import DatabaseError

    from tenuto.clinic.config.api import check_database, check_whole, make_private

    settings.ENVIRONMENT.var.mkdir(parents=True, exist_ok=True)
    make_private(settings.ENVIRONMENT)
    try:
        check_database()
        check_whole()
    except ImproperlyConfigured as unfit:
        raise UserError(str(unfit)) from unfit
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as error:
        raise database_problem(
            "The database can't be used", error, otherwise="Check TENUTO_DATABASE_URL."
        ) from error
    if settings.PRODUCTION:
        call_command("collectstatic", verbosity=0, interactive=False)
        return
    from tenuto.clinic.demo.services import load_if_empty

    if load_if_empty():
        print("The database was empty; the demonstration with invented patients was loaded.", flush=True)


def _print_logins() -> None:
    from django.conf import settings

    if settings.PRODUCTION:
        return
    from tenuto.clinic.demo.services import demo_is_loaded
    from tenuto.clinic.demo.staff import PASSWORD, STAFF

    if not demo_is_loaded():
        return
    print("Demonstration logins (every patient is invented):")
    for person in STAFF:
        print(f"  {person.username:<8} {PASSWORD}   {person.name}, {person.clinic}")
    print("Signing asks for a second factor; the demonstration shows its codes on that page.")
    print("Stop with Ctrl+C.", flush=True)
