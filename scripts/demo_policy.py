"""Sign the shipped limits for the synthetic demonstration: writes core/policy/demo.toml from default.toml."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path

from tenuto.core.data.digest import content_digest

FOLDER = Path(__file__).resolve().parent.parent / "src/tenuto/core/policy"
HEAD = """\
# The default limits, signed by two people who do not exist. For the synthetic demonstration only.
# Written by scripts/demo_policy.py; do not edit.
id = "tenuto-demo"
version = {version}
title = "Demonstration clinic limits"
demonstration = true
"""
SIGNED_BY = (
    ("Dr Sample Director", "medical_director", "2026-01-05T09:00:00Z"),
    ("Sample Pharmacist", "pharmacist", "2026-01-05T10:30:00Z"),
)


def demonstration(default: str) -> str:
    """The demonstration policy for the text of the default policy."""
    version = tomllib.loads(default)["version"]
    body = HEAD.format(version=version) + default[default.index("clinic_days") :]
    sha256 = content_digest(tomllib.loads(body, parse_float=Decimal))
    for by, role, at in SIGNED_BY:
        body += f'\n[[signatures]]\nby = "{by}"\nrole = "{role}"\nat = {at}\nsha256 = "{sha256}"\n'
    return body


if __name__ == "__main__":
    (FOLDER / "demo.toml").write_text(demonstration((FOLDER / "default.toml").read_text("utf-8")), "utf-8")
