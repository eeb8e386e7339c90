"""Make a backup while the clinic works, and see that it would come back: `tenuto backup`.

    tenuto backup key /root/tenuto-identity.txt        once; keep the file where the server can't lose it
    tenuto backup make --to /mnt/backups --recipient age1... --keep 30
    tenuto backup verify /mnt/backups/tenuto-20261129T020000Z.tar.gz.age --identity /root/tenuto-identity.txt

A backup holds the whole database, encrypted; the keys of the server (TENUTO_SECRET_KEY, TENUTO_LEDGER_KEY) are not in it.
`tenuto restore` brings it back. The files are those of age, so that its own program opens them too.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from tenuto.cli import UserError
from tenuto.cli.manage import database_problem, prepare_django
from tenuto.cli.operator import operator

MOST_KEPT = 10_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their options."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    key = verbs.add_parser("key", help="make the pair of keys of backups", allow_abbrev=False)
    key.add_argument(
        "file", type=Path, metavar="FILE", help="where to write the identity, which opens every backup"
    )
    make = verbs.add_parser("make", help="write a backup into a folder", allow_abbrev=False)
    make.add_argument(
        "--to", type=Path, required=True, metavar="FOLDER", help="best on another machine's disk"
    )
    make.add_argument(
        "--recipient",
        action="append",
        required=True,
        metavar="age1...",
        help="whose identity opens it; may be given more than once",
    )
    make.add_argument(
        "--keep",
        type=_kept,
        default=0,
        metavar="N",
        help="remove older backups there beyond the newest N (none)",
    )
    check = verbs.add_parser(
        "verify", help="restore a backup into a scratch place and read its whole audit", allow_abbrev=False
    )
    check.add_argument("file", type=Path, metavar="BACKUP")
    check.add_argument(
        "--identity", type=Path, required=True, metavar="FILE", help="what `tenuto backup key` wrote"
    )


def _kept(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_KEPT):
        raise argparse.ArgumentTypeError(f"'{text[:20]}' is no number of backups from 1 to {MOST_KEPT}")
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Do what was asked; 1 when a backup was looked at and would not come back whole."""
    if args.verb == "key":
        return _key(args.file)
    prepare_django()
    from django.db import DatabaseError

    from tenuto.clinic.backup.api import BackupError

    try:
        return _make(args) if args.verb == "make" else _verify(args)
    except BackupError as error:
        raise UserError(str(error)) from error
    except DatabaseError as error:
        raise database_problem("The database can't be used", error) from error


def _key(path: Path) -> int:
    from pyrage import x25519

    identity = x25519.Identity.generate()
    recipient = identity.to_public()
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UserError(f"'{path}' is there already, and backups may need it. Name another file.") from None
    except OSError as error:
        raise UserError(f"'{path}' can't be written: {error.strerror}.") from error
    with os.fdopen(handle, "w") as file:
        file.write(f"# recipient: {recipient}\n{identity}\n")
    print(f"Recipient: {recipient}")
    print(
        f"The identity is in {path}. Copy it to where the server can't lose it: without it no backup opens."
    )
    return 0


def _make(args: argparse.Namespace) -> int:
    from django.db import connection
    from django.utils import timezone

    from tenuto.clinic.backup.api import back_up, engine_of, note_made, read_recipient

    recipients = [read_recipient(each) for each in args.recipient]
    now = timezone.now()
    made = back_up(
        engine_of(connection.settings_dict), to=args.to, recipients=recipients, at=now, keep=args.keep
    )
    size = made.path.stat().st_size
    print(f"{made.path}")
    print(f"{made.manifest.rows} rows of {len(made.manifest.tables)} tables, {size / 1e6:.1f} MB, to audit event "
          f"{made.manifest.head.partition(':')[0]}.")  # fmt: skip
    if made.removed:
        print(f"Removed {len(made.removed)} older: {', '.join(path.name for path in made.removed)}.")
    by = operator()
    note_made(made, by=by, at=now)
    print(
        f"On record as an action of {by.audit_name}. The keys of the server are not in it: keep them elsewhere."
    )
    return 0


def _verify(args: argparse.Namespace) -> int:
    from django.conf import settings
    from django.db import DatabaseError, connection
    from django.utils import timezone

    from tenuto.clinic.backup.api import check_backup, engine_of, note_tried, read_identity

    keys = {
        "TENUTO_LEDGER_KEY": settings.LEDGER_KEY,
        "TENUTO_LEDGER_KEY_FALLBACKS": ",".join(settings.LEDGER_KEY_FALLBACKS),
        "TENUTO_SECRET_KEY": settings.SECRET_KEY,
    }
    manifest, found = check_backup(
        args.file,
        identity=read_identity(args.identity),
        like=engine_of(connection.settings_dict),
        keys={name: value for name, value in keys.items() if value},
    )
    print(
        f"Made {manifest.made_at} by Tenuto {manifest.program}: {manifest.rows} rows of {len(manifest.tables)} tables."
    )
    for sentence in found:
        print(sentence)
    if found:
        print("This backup would not come back whole. Keep an older one.")
    else:
        print("It comes back: all rows are there, and its audit is whole.")
    by = operator()
    try:
        note_tried(args.file, manifest, found, by=by, at=timezone.now())
        print(f"On record as an action of {by.audit_name}.")
    except DatabaseError:
        # A backup is best tried on another machine, where the clinic is not.
        print("Not on record: the clinic's database is not here.")
    return 1 if found else 0
