"""Show patients' charts on the server itself when no page can be shown: `tenuto emergency`, `tenuto emergency NAME`.

Nothing is written, so that it works with a full disk and beside a running server. So the look is not on record: the operator
notes who asked and why, and enters it in the patient's record later.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tenuto.cli import UserError, printable
from tenuto.cli.manage import database_problem, prepare_django
from tenuto.cli.operator import operator_name
from tenuto.cli.terminal import forgiving_output

if TYPE_CHECKING:
    from tenuto.clinic.people.models import Patient

__all__ = ["add_arguments", "run"]

CHARTS_AT_MOST = 5
NOTE = "Read by {who} in an emergency, and not on record. Note who asked and why, and enter it in the patient's record later."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Whose chart."""
    parser.add_argument(
        "name",
        nargs="?",
        default="",
        help="part of a name or an identifier; without it, every patient is listed",
    )


def run(args: argparse.Namespace) -> int:
    """List the patients, or show the charts of those who match when they are few."""
    prepare_django()
    from django.db import DatabaseError

    forgiving_output()
    try:
        with TemporaryDirectory(prefix="tenuto-emergency-") as elsewhere:
            _read_only(Path(elsewhere))
            return _show(args.name.strip())
    except OSError as error:
        raise UserError(
            f"The database can't be copied to be read: {error}. Name a folder with room for it in TMPDIR."
        ) from error
    except DatabaseError as error:
        raise database_problem(
            "The database can't be read",
            error,
            otherwise="Check TENUTO_DATABASE_URL; a copy of the file on another disk can be read as well.",
        ) from error


def _read_only(elsewhere: Path) -> None:
    """Let the connection write nothing, whoever asks; set before it is first used. A copy is made `elsewhere` at need."""
    from django.db import connection

    found: dict[str, Any] = connection.settings_dict
    if connection.vendor == "sqlite":
        found["NAME"] = _readable(Path(found["NAME"]), elsewhere)
        found["OPTIONS"] = {"uri": True, "init_command": "PRAGMA query_only=ON; PRAGMA busy_timeout=5000;"}
        return
    options = {name: value for name, value in found["OPTIONS"].items() if name != "pool"}
    found["OPTIONS"] = options | {"options": "-c default_transaction_read_only=on"}


def _readable(path: Path, elsewhere: Path) -> str:
    """The address of a SQLite file that can be read without a byte of room beside it.

    SQLite wants to write an index (-shm) beside the file before it reads one that several may use. A file that was closed
    well has no journal (-wal) and is read as it is; one that was not is read from a copy in another folder with its journal.
    """
    journal, index = (path.with_name(path.name + end) for end in ("-wal", "-shm"))
    if path.exists() and not index.exists():
        if not journal.exists() or not journal.stat().st_size:
            return f"{_uri(path)}?mode=ro&immutable=1"
        for each in (path, journal):
            shutil.copyfile(each, elsewhere / each.name)
        path = elsewhere / path.name
    return f"{_uri(path)}?mode=ro"


def _uri(path: Path) -> str:
    return f"file:/{quote(str(path.absolute()).lstrip('/'))}"


def _show(name: str) -> int:
    from tenuto.clinic.people.models import Patient

    everyone = list(Patient.objects.select_related("clinic").prefetch_related("identifiers").order_by("name"))
    found = [patient for patient in everyone if _matches(patient, name.casefold())]
    if not found:
        raise UserError(
            f"No patient's name or identifier holds '{name[:60]}'. `tenuto emergency` lists everyone."
        )
    print(NOTE.format(who=operator_name()), end="\n\n")
    for patient in found:
        print(printable(_line(patient)))
    if name and len(found) <= CHARTS_AT_MOST:
        for patient in found:
            print(printable(f"\n{'=' * 80}\n{_line(patient)}\n\n{_chart(patient)}"))
    elif name:
        print(f"\nMore than {CHARTS_AT_MOST} match. Give more of the name, or an identifier, to see a chart.")
    return 0


def _chart(patient: Patient) -> str:
    from tenuto.clinic.plan.api import chart_text

    return chart_text(patient)


def _matches(patient: Patient, wanted: str) -> bool:
    texts = [patient.name, patient.preferred_name, *(found.value for found in patient.identifiers.all())]
    return any(wanted in text.casefold() for text in texts)


def _line(patient: Patient) -> str:
    from tenuto.clinic.people.sight import is_restricted

    born = patient.birth_date.isoformat() if patient.birth_date else "birth date not recorded"
    known = ", ".join(found.value for found in patient.identifiers.all())
    restricted = "  RESTRICTED: for its care team" if is_restricted(patient) else ""
    return f"{patient.name}, born {born}, {known}, {patient.clinic.name}{restricted}"
