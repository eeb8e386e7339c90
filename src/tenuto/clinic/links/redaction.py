"""Keeps the secret of a link out of the log: whoever reads the log must not open a patient's page, or choose somebody's
password, with what they find. And keeps the log short where strangers write it."""

from __future__ import annotations

import copy
import logging
import re

from django.core.exceptions import SuspiciousOperation

__all__ = ["LONGEST", "WithoutLinks"]

LINK = re.compile(r"(/(?:l|invitation|feed)/)[^/\s\"'?]+")
LONGEST = 500
"""Characters of a message. An address may have many thousands, and whoever sends one request sends a million [D]."""


class WithoutLinks(logging.Formatter):
    """Writes a line of the log, its traceback included, with every link cut to where it begins."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        if record.exc_info and isinstance(record.exc_info[1], SuspiciousOperation):
            # What somebody sent, and not where the program failed: the sentence says it all.
            record = copy.copy(record)
            record.exc_info = record.exc_text = None
        return LINK.sub(r"\1[hidden]", super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name that `logging` calls
        """The message, cut where it is very long."""
        told = super().formatMessage(record)
        return told if len(told) <= LONGEST else f"{told[:LONGEST]}... ({len(told)} characters)"
