"""Names of files that leave the clinic: whose by record number, which protocol, which day. Never a person's name."""

from __future__ import annotations

import re
from datetime import date

__all__ = ["file_name"]

_OTHER = re.compile(r"[^A-Za-z0-9.-]+")


def file_name(*, record_number: str, protocol: str, on: date, version: int = 0, kind: str) -> str:
    """'MR-EX-0001_depression-6x2wk_2026-03-02_v2.pdf'; what a file system would not take is a hyphen."""
    parts = [record_number or "no-record-number", protocol or "no-protocol", on.isoformat()]
    whole = "_".join(_OTHER.sub("-", part).strip("-") for part in parts)
    return f"{whole}{f'_v{version}' if version else ''}.{kind}"
