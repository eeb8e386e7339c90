"""Bring a backup back into an empty place: `tenuto restore BACKUP --identity FILE --into EMPTY`.

Give the server's keys first (TENUTO_SECRET_KEY and TENUTO_LEDGER_KEY as they were when it was backed up). Everybody signs in
anew. When an anchor outside knows later events than the backup, `tenuto audit accept --why WHY` goes on, on record.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from tenuto.cli import UserError
from tenuto.cli.manage import database_problem, prepare_django
from tenuto.cli.operator import operator


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", type=Path, metavar="BACKUP", help="what `tenuto backup make` wrote")
    parser.add_argument(
        "--identity", type=Path, required=True, metavar="FILE", help="what `tenuto backup key` wrote"
    )
    parser.add_argument(
        "--into",
        metavar="EMPTY",
        default="",
        help="a folder for the database, or postgresql://...; without it, what TENUTO_VAR and TENUTO_DATABASE_URL name",
    )


def run(args: argparse.Namespace) -> int:
    """Restore; 1 when the audit does not fit what an anchor outside knows."""
    place = args.into
    if place.startswith(("postgresql://", "postgres://")):
        os.environ["TENUTO_DATABASE_URL"] = place
    elif place:
        os.environ["TENUTO_VAR"] = str(Path(place).absolute())
        os.environ.pop("TENUTO_DATABASE_URL", None)
    prepare_django()
    from django.db import DatabaseError

    from tenuto.clinic.backup.api import BackupError

    try:
        return _restore(args)
    except BackupError as error:
        raise UserError(str(error)) from error
    except DatabaseError as error:
        raise database_problem("The database can't be used", error) from error


def _restore(args: argparse.Namespace) -> int:
    from django.conf import settings
    from django.db import connection, transaction
    from django.utils import timezone

    from tenuto.clinic.backup.api import engine_of, read_identity, restore
    from tenuto.clinic.ledger.anchor import ChainBroken
    from tenuto.clinic.ledger.models import AuditEvent
    from tenuto.clinic.ledger.services import record

    restored = restore(
        args.file,
        identity=read_identity(args.identity),
        into=engine_of(connection.settings_dict),
        anchor=Path(settings.LEDGER_ANCHOR),
    )
    manifest = restored.manifest
    print(
        f"{manifest.rows} rows of {len(manifest.tables)} tables are back, as they were at {manifest.made_at}."
    )
    if restored.waiting:
        print(
            f"This program is newer: run `tenuto manage migrate` ({restored.waiting} steps) before it is served."
        )
        return 0
    by, now = operator(), timezone.now()
    try:
        with transaction.atomic():
            detail = {"file": args.file.name, "made_at": manifest.made_at, "data_sha256": manifest.sha256}
            record(action="restored a backup", subject=AuditEvent(), by=by, at=now, detail=detail)
    except ChainBroken as broken:
        print(
            f"{broken} The rows are back all the same: run `tenuto audit accept --why WHY` when you know what was lost."
        )
        return 1
    print(f"On record as an action of {by.audit_name}. Run `tenuto audit verify` before it is served.")
    return 0
