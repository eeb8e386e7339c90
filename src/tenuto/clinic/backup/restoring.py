"""The way back: into an empty place, or into a scratch one to see that it would work."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyrage
from django.db.migrations.loader import MigrationLoader
from pyrage import x25519

from tenuto.clinic.backup.engines import Engine
from tenuto.clinic.backup.errors import BackupError
from tenuto.clinic.backup.making import MANIFEST
from tenuto.clinic.backup.manifest import Manifest, digest
from tenuto.clinic.ledger.anchor import Anchor, FileAnchor

__all__ = ["Restored", "check_backup", "known_migrations", "restore"]

MAX_MANIFEST_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back. `waiting` counts the migrations that the program has and the backup has not."""

    manifest: Manifest
    waiting: int


def known_migrations() -> dict[str, list[str]]:
    """The migrations that this program brings, by app."""
    found: dict[str, list[str]] = {}
    for app, name in sorted(MigrationLoader(None).disk_migrations):
        found.setdefault(app, []).append(name)
    return found


def restore(path: Path, *, identity: x25519.Identity, into: Engine, anchor: Path) -> Restored:
    """Fill an empty database from a backup, and begin the anchor where the backup ends, unless it is there already.

    An anchor that outlived the database may know what the backup does not hold: it is left to say so. Raises BackupError;
    then the place is as it was.
    """
    if not into.is_empty():
        raise BackupError(
            "The database is not empty, and a restore overwrites nothing. Name an empty place with --into."
        )
    known = known_migrations()
    with opened(path, identity=identity) as (manifest, data):
        _check_fits(manifest, into, known)
        into.take_from(data)
        if wrong := manifest.differences(into.holds().tables):
            raise BackupError(f"What came back is not what was backed up: {wrong[0]} Restore another backup.")
    number, _, mac = manifest.head.partition(":")
    store = FileAnchor(anchor)
    if int(number) and store.read() is None:
        store.write(Anchor(int(number), mac))
    have = sum(len(names) for names in manifest.migrations.values())
    return Restored(manifest, sum(len(names) for names in known.values()) - have)


def check_backup(
    path: Path,
    *,
    identity: x25519.Identity,
    like: Engine,
    keys: Mapping[str, str],
) -> tuple[Manifest, list[str]]:
    """Restore a backup into a scratch place and read its whole audit there. Returns what was found against it, in sentences.

    `like` is a database whose kind, and server, the scratch one shares; `keys` are the variables that hold the keys of the
    ledger. Raises BackupError when the backup can't be opened.
    """
    with tempfile.TemporaryDirectory(prefix="tenuto-verify-") as name:
        folder = Path(name)
        with like.scratch(folder) as scratch:
            anchor = folder / "ledger-anchor.json"
            restored = restore(path, identity=identity, into=scratch, anchor=anchor)
            if restored.manifest.head.startswith("0:"):
                return restored.manifest, []
            own = {name: value for name, value in os.environ.items() if not name.startswith("TENUTO_")}
            place = {
                "TENUTO_VAR": str(folder),
                "TENUTO_DATABASE_URL": scratch.url,
                "TENUTO_LEDGER_ANCHOR": str(anchor),
            }
            told = [sys.executable, "-m", "tenuto", "audit", "verify", "--noted", restored.manifest.head]
            done = subprocess.run(  # noqa: S603 - this program itself
                told, env={**own, **keys, **place}, capture_output=True, text=True, check=False
            )
    said = [*done.stdout.splitlines(), *done.stderr.splitlines()]
    return restored.manifest, said if done.returncode else []


@contextmanager
def opened(path: Path, *, identity: x25519.Identity) -> Iterator[tuple[Manifest, Path]]:
    """The manifest and the data of a backup, in a folder that is gone afterwards. Raises BackupError."""
    if not path.is_file():
        raise BackupError(f"There is no backup at '{path}'.")
    _check_sum(path)
    with tempfile.TemporaryDirectory(prefix="tenuto-restore-") as name:
        folder = Path(name)
        packed = folder / "packed"
        try:
            pyrage.decrypt_file(str(path), str(packed), [identity])
        except Exception as error:
            raise BackupError(
                f"'{path.name}' can't be opened: {error}. Give the identity whose recipient it was made for, or another backup."
            ) from error
        yield _unpacked(packed, folder)


def _unpacked(packed: Path, folder: Path) -> tuple[Manifest, Path]:
    try:
        with tarfile.open(packed, "r:gz") as archive:
            said = archive.extractfile(MANIFEST)
            manifest = Manifest.read(said.read(MAX_MANIFEST_BYTES).decode("utf-8") if said else "")
            (member,) = (each for each in archive.getmembers() if each.name != MANIFEST)
            # Its content alone goes into a file of ours: a name or a link in an archive leads nowhere.
            content = archive.extractfile(member)
            if content is None:
                raise BackupError("The backup holds no data. Restore another one.")
            data = folder / "data"
            with data.open("wb") as file:
                shutil.copyfileobj(content, file)
    except (tarfile.TarError, KeyError, ValueError, EOFError) as error:
        raise BackupError(f"The backup is not whole: {error}. Restore another one.") from error
    packed.unlink()
    if digest(data) != manifest.sha256:
        raise BackupError("The data in the backup is not what its manifest says. Restore another one.")
    return manifest, data


def _check_sum(path: Path) -> None:
    beside = path.with_name(f"{path.name}.sha256")
    if beside.is_file() and beside.read_text("ascii", "replace").split(maxsplit=1)[:1] != [digest(path)]:
        raise BackupError(
            f"'{path.name}' is not as it was written: its SHA-256 is not the one beside it. Restore another backup."
        )


def _check_fits(manifest: Manifest, into: Engine, known: Mapping[str, list[str]]) -> None:
    if manifest.engine != into.name:
        raise BackupError(
            f"The backup is of {manifest.engine}, and the place is of {into.name}. Name a place of the same kind with --into."
        )
    newer = [
        f"{app}.{name}"
        for app, names in manifest.migrations.items()
        for name in names
        if name not in known.get(app, ())
    ]
    if newer:
        raise BackupError(
            f"The backup was made by a newer program ({manifest.program}): this one does not know {newer[0]}. Install that one."
        )
