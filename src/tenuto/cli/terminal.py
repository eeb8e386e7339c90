"""What a terminal can show: its width, colour only where it is a terminal and nobody asked for none."""

from __future__ import annotations

import os
import shutil
import sys

__all__ = ["forgiving_output", "in_colour", "terminal_width"]

_NARROWEST, _WIDEST = 40, 100


def forgiving_output() -> None:
    """A terminal in another encoding shows a substitute rather than failing half-way through a page."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")


def in_colour() -> bool:
    """True on a terminal, unless NO_COLOR is set (no-color.org) or the terminal is a plain one."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "") != "dumb"


def terminal_width() -> int:
    """Columns to fill, from 40 to 100: those of COLUMNS, else the terminal's; 100 in a pipe."""
    return max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size((_WIDEST, 0)).columns))
