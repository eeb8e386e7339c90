"""Opening a file that somebody named: a regular one, and never something that waits or acts when it is opened."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

__all__ = ["check_regular_file", "open_regular"]

KINDS = (
    (stat.S_ISDIR, "it is a folder"),
    (stat.S_ISFIFO, "it is a pipe"),
    (stat.S_ISCHR, "it is a device"),
    (stat.S_ISBLK, "it is a device"),
    (stat.S_ISSOCK, "it is a socket"),
)


def open_regular(path: Path) -> BinaryIO:
    """The file, open for reading bytes.

    Raises OSError, with a `strerror` that can stand in a sentence, for what is not there, not allowed or no regular
    file: a pipe would keep the program waiting, a device might act.
    """
    # Without O_NONBLOCK opening a pipe waits for its writer; a regular file takes no notice of it.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    file = os.fdopen(handle, "rb")
    try:
        check_regular_file(os.fstat(file.fileno()).st_mode)
    except OSError:
        file.close()
        raise
    return file


def check_regular_file(mode: int) -> None:
    """Raise OSError unless `mode`, as `stat` gives it, is that of a regular file."""
    for is_kind, what in KINDS:
        if is_kind(mode):
            number = errno.EISDIR if is_kind is stat.S_ISDIR else errno.EINVAL
            raise OSError(number, f"{what}, not a file")
