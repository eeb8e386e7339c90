"""Opening a file that somebody named: a regular one, and never something that waits or acts when it is opened."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

__all__ = ["check_regular_file", "open_regular"]

MOUNTS = Path("/proc/self/mountinfo")
"""Of Linux, proc_pid_mountinfo(5): the third word of a line is the device, the first after ' - ' the kind of file system [V]."""
OF_THE_KERNEL = frozenset(
    [
        "binfmt_misc",
        "bpf",
        "cgroup",
        "cgroup2",
        "configfs",
        "debugfs",
        "devpts",
        "efivarfs",
        "fusectl",
        "mqueue",
        "nsfs",
        "proc",
        "pstore",
        "securityfs",
        "selinuxfs",
        "sysfs",
        "tracefs",
    ]
)
"""Kinds of file system whose files are made as they are read; some wait, as `/proc/kmsg` does."""
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
    file: a pipe would keep the program waiting, a device might act, and what the kernel shows as a file may do both or
    hold secrets of the machine.
    """
    # Without O_NONBLOCK opening a pipe waits for its writer; a regular file takes no notice of it.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    file = os.fdopen(handle, "rb")
    try:
        found = os.fstat(file.fileno())
        check_regular_file(found.st_mode)
        if _is_of_the_kernel(found.st_dev):
            raise OSError(errno.EINVAL, "it is a view of the running system, not a file")
    except OSError:
        file.close()
        raise
    return file


def _is_of_the_kernel(device: int) -> bool:
    """Whether something lies where the kernel shows its own state; False where no mount tells (not Linux)."""
    try:
        mounts = MOUNTS.read_text("utf-8", "replace").splitlines()
    except OSError:
        return False
    place = f"{os.major(device)}:{os.minor(device)}"
    told = (line.split(" - ", 1) for line in mounts)
    return any(
        rest and head.split()[2:3] == [place] and rest[0].split()[0] in OF_THE_KERNEL for head, *rest in told
    )


def check_regular_file(mode: int) -> None:
    """Raise OSError unless `mode`, as `stat` gives it, is that of a regular file."""
    for is_kind, what in KINDS:
        if is_kind(mode):
            number = errno.EISDIR if is_kind is stat.S_ISDIR else errno.EINVAL
            raise OSError(number, f"{what}, not a file")
