"""Keeps the secret of a link out of the log: whoever reads the log must not open a patient's page with what they find."""

from __future__ import annotations

import logging
import re

__all__ = ["WithoutLinks"]

LINK = re.compile(r"(/l/)[^/\s\"'?]+")


class WithoutLinks(logging.Formatter):
    """Writes a line of the log, its traceback included, with every link cut to where it begins."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return LINK.sub(r"\1[hidden]", super().format(record))
