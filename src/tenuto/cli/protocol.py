"""Publish protocol versions: `tenuto protocol pin` enters the digest of every new file in protocol_versions.toml.

A version once entered never changes. An edited published version is refused: restore it and write the change as the next
version.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from tenuto.cli import UserError
from tenuto.cli.files import write_atomically
from tenuto.core.data import DataError
from tenuto.core.literature import ROOT
from tenuto.core.literature.protocol import Protocol, every_version, published

__all__ = ["add_arguments", "register_text", "run"]

HEAD = """\
# Every published version of every protocol template with the digest of its content. Lines are added, never changed:
# a series that was signed under a version must find that version as it was. Written by `tenuto protocol pin`.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`tenuto protocol pin`."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="pin")
    verbs.add_parser("pin", help="enter the digest of each new version; it can't change from then on")


def run(args: argparse.Namespace) -> int:
    """Enter what is new and say what it was."""
    try:
        versions, known = every_version(), published()
    except (DataError, KeyError) as error:
        raise UserError(str(error.args[0])) from error
    new = [f"{read.id} {read.version}" for read in versions if read.version not in known.get(read.id, {})]
    write_atomically(ROOT / "protocol_versions.toml", register_text(versions, known).encode())
    print(f"Entered {', '.join(new)}." if new else "Every version is entered already.")
    return 0


def register_text(versions: tuple[Protocol, ...], known: Mapping[str, Mapping[int, str]]) -> str:
    """The register with the present versions added to those that are known."""
    entered = {id_: dict(digests) for id_, digests in known.items()}
    for read in versions:
        entered.setdefault(read.id, {}).setdefault(read.version, read.sha256)
    parts = (
        f'\n["{id_}"]\n' + "".join(f'{version} = "{sha256}"\n' for version, sha256 in sorted(digests.items()))
        for id_, digests in sorted(entered.items())
    )
    return HEAD + "".join(parts)
