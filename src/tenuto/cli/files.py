"""Reading and writing files for the command line: bounded, and all or nothing."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tenuto.cli import UserError
from tenuto.core.data.regular import check_regular_file, open_regular

__all__ = ["read_text", "write_atomically", "write_together"]

MAX_TEXT_BYTES = 1_000_000


def read_text(name: str) -> str:
    """The text of a small file, without a byte order mark, `-` for standard input; UserError says what is wrong with it."""
    try:
        if name == "-":
            data = sys.stdin.buffer.read(MAX_TEXT_BYTES + 1)
        else:
            with open_regular(Path(name)) as file:
                data = file.read(MAX_TEXT_BYTES + 1)
        if len(data) > MAX_TEXT_BYTES:
            raise UserError(f"{name} is larger than 1 MB, more than this command reads. Give a smaller file.")
        if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")):
            raise UserError(
                f"{name} is a spreadsheet, a PDF or an archive, not text. Save it as text or CSV (UTF-8) and try again."
            )
        return io.StringIO(data.decode("utf-8-sig"), newline=None).read()
    except FileNotFoundError:
        raise UserError(f"There is no file '{name}'. Check the path.") from None
    except UnicodeDecodeError:
        raise UserError(f"{name} is not UTF-8 text. Save it as UTF-8 and try again.") from None
    except (OSError, ValueError) as error:
        raise UserError(
            f"'{name}' can't be read: {_reason(error)}. Check the path and who may read the file."
        ) from None


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file completely or not at all; UserError when it can't be written."""
    write_together({str(path): data})


def write_together(files: Mapping[str, bytes]) -> None:
    """Write every file completely, or none of them; UserError when one can't be written."""
    staged: dict[Path, Path] = {}
    try:
        for name, data in files.items():
            staged[Path(name)] = _stage(Path(name), data)
        for target, partial in staged.items():
            partial.replace(target)
    except (OSError, ValueError) as error:
        raise UserError(f"'{name}' can't be written: {_reason(error)}. Choose another place.") from None
    finally:
        for partial in staged.values():
            partial.unlink(missing_ok=True)


def _stage(target: Path, data: bytes) -> Path:
    """The data in a file of its own beside the target, ready to take its place."""
    # Replacing a device or a pipe by a file would take it away from everybody else on the machine.
    with contextlib.suppress(FileNotFoundError):
        check_regular_file(target.stat().st_mode)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.", suffix=".part")
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.chmod(_mode(target))
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    return partial


def _mode(path: Path) -> int:
    """The mode of the file that is replaced, or what the user's mask gives a new one."""
    with contextlib.suppress(OSError):
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
