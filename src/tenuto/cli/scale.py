"""Pin the wording of a rating scale: `tenuto scale pin ID` writes the hash of every word that a person reads.
`tenuto scale fhir ID` prints its form as a FHIR R4 Questionnaire.

Compare the wording with its source first: from then on a changed letter is refused. A wording that is pinned already is
left as it is; a changed wording is another instrument, with its own id.
"""

from __future__ import annotations

import argparse
import json

from tenuto.cli import UserError
from tenuto.cli.files import write_atomically
from tenuto.core.scales.definition import ScaleError, Tier
from tenuto.core.scales.reading import ROOT, instrument, read_unpinned, texts

__all__ = ["add_arguments", "run"]

HEAD = "# SHA-256 of each normalised text, as shown to the person who answers. A new wording is a new instrument.\n"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`tenuto scale pin ID` and `tenuto scale fhir ID`."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="pin|fhir")
    pin = verbs.add_parser("pin", help="write hashes.toml for a new instrument, once")
    pin.add_argument("id", metavar="ID", help="the folder of the instrument")

    fhir = verbs.add_parser("fhir", help="print its form as a FHIR R4 Questionnaire")
    fhir.add_argument("id", metavar="ID", help="the id of the instrument, such as phq9")


def run(args: argparse.Namespace) -> int:
    """Do what was asked about one instrument."""
    return _fhir(args.id) if args.verb == "fhir" else _pin(args)


def _fhir(instrument_id: str) -> int:
    from tenuto.clinic.interop.fhir.forms import questionnaire

    try:
        print(json.dumps(questionnaire(instrument(instrument_id)), indent=2, ensure_ascii=False))
    except ScaleError as error:
        raise UserError(str(error)) from error
    return 0


def _pin(args: argparse.Namespace) -> int:
    """Write the hashes of one instrument that has none yet."""
    folder = ROOT / args.id
    if not folder.is_dir() or folder.parent != ROOT:
        raise UserError(
            f"There is no folder {args.id[:40]} in {ROOT}. Write its definition.toml and NOTICE first."
        )
    try:
        built = read_unpinned(folder)
    except ScaleError as error:
        raise UserError(str(error)) from error
    if built.tier is Tier.SCORE_ONLY:
        print(f"{built.title} is score-only: it ships no words, so there is nothing to pin.")
        return 0
    if (folder / "hashes.toml").exists():
        raise UserError(
            f"{built.title} is pinned already. A changed wording is another instrument: give it a folder and an id of its own."
        )
    lines = (f'"{name}" = "{sha256}"\n' for name, sha256 in texts(built).items())
    write_atomically(folder / "hashes.toml", (HEAD + "".join(lines)).encode())
    print(f"Pinned {len(texts(built))} texts of {built.title}.")
    return 0
