"""Keeps what the program writes to itself: other users of the machine must not read patients, keys or sessions."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from tenuto.clinic.config.environment import Environment

__all__ = ["ONLY_ME", "make_private", "write_privately"]

ONLY_ME = 0o077
"""The bits that are taken from every file and folder that is made."""


def write_privately() -> None:
    """Let every file and folder that this process makes from now on be its own user's alone."""
    os.umask(ONLY_ME)


def make_private(environment: Environment) -> None:
    """Take other users' access from what is there already, made by an older version or copied in.

    A folder that is shared on purpose, such as /tmp (it has the sticky bit), keeps its mode; the files in it do not.
    """
    for path in _ours(environment):
        found = path.stat()
        shared = path.is_dir() and found.st_mode & stat.S_ISVTX
        if found.st_uid == os.geteuid() and found.st_mode & ONLY_ME and not shared:
            path.chmod(stat.S_IMODE(found.st_mode) & ~ONLY_ME)


def _ours(environment: Environment) -> Iterator[Path]:
    database = Path(str(environment.database["NAME"]))
    beside = [database.with_name(database.name + ending) for ending in ("", "-wal", "-shm", "-journal")]
    anchor = environment.ledger_anchor
    keys = [environment.var / "secret-key", environment.var / "ledger-key"]
    sqlite = "sqlite3" in str(environment.database["ENGINE"])
    for path in (environment.var, *(beside if sqlite else ()), anchor, anchor.with_suffix(".lock"), *keys):
        if path.exists():
            yield path
