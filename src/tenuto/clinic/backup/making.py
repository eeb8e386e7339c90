"""Making a backup while the clinic works."""

from __future__ import annotations

import os
import re
import tarfile
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyrage
from pyrage import x25519

from tenuto import __version__
from tenuto.clinic.backup.engines import Engine
from tenuto.clinic.backup.errors import BackupError
from tenuto.clinic.backup.manifest import Manifest, digest

__all__ = ["MANIFEST", "Made", "back_up", "named_backups"]

MANIFEST = "manifest.json"
NAMED = re.compile(r"tenuto-\d{8}T\d{6}Z\.tar\.gz\.age")
COMPRESSION = 6


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that is complete on its disk."""

    path: Path
    manifest: Manifest
    removed: tuple[Path, ...]
    """Older ones beyond what is kept."""


def back_up(
    engine: Engine, *, to: Path, recipients: list[x25519.Recipient], at: datetime, keep: int = 0
) -> Made:
    """Write an encrypted backup of one moment into a folder, and its SHA-256 beside it.

    With `keep` above 0, older backups in the folder beyond the newest `keep` are removed once the new one is complete. What
    is not encrypted yet lies beside the database, never in the folder. Raises BackupError; then nothing new is in the folder.
    """
    if not to.is_dir():
        raise BackupError(f"'{to}' is no folder. Make it, or mount what it should be on.")
    target = to / f"tenuto-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}.tar.gz.age"
    if target.exists():
        raise BackupError(f"'{target}' is there already. Wait a second, then run this again.")
    draft = target.with_name(f".{target.name}.draft")
    try:
        with tempfile.TemporaryDirectory(prefix="tenuto-backup-", dir=engine.beside) as folder:
            manifest, packed = _packed(engine, Path(folder), at)
            pyrage.encrypt_file(str(packed), str(draft), recipients)
        _settle(draft)
        checksum = f"{digest(draft)}  {target.name}\n"
        draft.replace(target)
        beside = target.with_name(f"{target.name}.sha256")
        beside.write_text(checksum, "ascii")
        _settle(beside)
    except OSError as error:
        raise BackupError(
            f"The backup can't be written: {error.strerror or error}. None was made; free some space or check the folder."
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    older = [each for each in named_backups(to) if each != target]
    removed = tuple(older[keep - 1 :]) if keep else ()
    for each in removed:
        each.unlink()
        each.with_name(f"{each.name}.sha256").unlink(missing_ok=True)
    return Made(target, manifest, removed)


def named_backups(folder: Path) -> list[Path]:
    """The backups in a folder, the newest first."""
    return sorted((path for path in folder.iterdir() if NAMED.fullmatch(path.name)), reverse=True)


def _packed(engine: Engine, folder: Path, at: datetime) -> tuple[Manifest, Path]:
    data = folder / engine.part
    held = engine.copy_to(data)
    manifest = Manifest(
        program=__version__,
        made_at=at.astimezone(UTC).isoformat(),
        engine=engine.name,
        migrations=held.migrations,
        tables=held.tables,
        head=held.head,
        sha256=digest(data),
    )
    said = folder / MANIFEST
    said.write_text(manifest.text(), "utf-8")
    packed = folder / "packed"
    with tarfile.open(packed, "w:gz", compresslevel=COMPRESSION) as archive:
        archive.add(said, MANIFEST)
        archive.add(data, engine.part)
    data.unlink()
    return manifest, packed


def _settle(path: Path) -> None:
    """Let the disk have it, before anybody counts on it."""
    path.chmod(0o600)
    with path.open("rb") as file:
        os.fsync(file.fileno())
