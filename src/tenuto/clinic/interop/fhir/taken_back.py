"""What a sender takes back beside the entries: by a note on who did what (Provenance), or by a line of a log (AuditEvent)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tenuto.clinic.interop.fhir.elements import Element, Remarks
from tenuto.clinic.interop.fhir.sent import Piece
from tenuto.core.intake.reading_report import Ending, listed
from tenuto.core.intake.wording import Phrases

__all__ = ["without_taken_back"]

_CODES = frozenset(("nullify", "delete", "abort", "nu", "destroy", "deprecate", "eie"))
"""Acts after which what was recorded holds no more: HL7's DataOperation, DocumentCompletion and record life cycle."""
_WORDS = Phrases(
    {
        "taken back": (
            "nullif*", "delet*", "entered in error", "retract*", "void*", "revok*", "revocation", "withdrawn", "withdrew", "removed",
            "remove", "cancel*", "invalidat*", "aborted", "obsolete*", "destroy*", "deprecat*", "disregard*", "wrong patient",
        )
    }
)  # fmt: skip
_REMOVED = "removal"
"""The part that an entity had in an act which removed it."""
_VERSION = re.compile(r"/_history/(\d{1,17})/?\Z", re.ASCII)
_HISTORY = re.compile(r"/_history/[^/]*/?\Z")


def without_taken_back(pieces: Iterable[Piece], remarks: Remarks) -> tuple[list[Piece], list[str]]:
    """The pieces that nothing in the record takes back, and the addresses of what it does."""
    pieces = list(pieces)
    kept, gone = list(pieces), []
    for note in pieces:
        act, targets = _act(note.resource)
        if not act:
            continue
        meant = [piece for piece in kept if piece is not note and any(_means(t, piece) for t in targets)]
        for piece in meant:
            kept.remove(piece)
            gone.append(piece.address)
            remarks.end(piece.address, Ending.TAKEN_BACK, f"taken back by {note.resource.where}")
        named = listed(filter(None, targets)) or "something"
        left = "not used" if meant else "it is not in the record"
        remarks.add(
            f"{note.resource.where} says that {named} was taken back ({act[:80]}): {left}. Ask the sending system whether that holds."
        )
    return kept, gone


def _act(note: Element) -> tuple[str, list[str]]:
    """What took something back, in its own words, and what: both empty where nothing was."""
    match note.text("resourceType"):
        case "Provenance":
            return _of_provenance(note)
        case "AuditEvent":
            deleted = note.text("action") == "D"
            return ("D", list(_addresses(note.all("entity"), "what"))) if deleted else ("", [])
    return "", []


def _of_provenance(note: Element) -> tuple[str, list[str]]:
    concepts = [note.codings("activity"), *(reason.concept() for reason in note.all("reason"))]
    told = (_taken_back_by(codes, text) for codes, text in concepts)
    act = next(filter(None, told), "")
    if act:
        return act, [_address(target) for target in note.all("target")]
    removed = [entity for entity in note.all("entity") if entity.text("role") == _REMOVED]
    return ("removal", list(_addresses(removed, "what"))) if removed else ("", [])


def _taken_back_by(codes: Iterable[object], text: str) -> str:
    """The word for an act that takes something back; empty for any other act."""
    coded = [(getattr(code, "code", ""), getattr(code, "display", "")) for code in codes]
    for code, display in coded:
        if code.lower() in _CODES or _WORDS.names(display) or _WORDS.names(code.replace("-", " ")):
            return display or code
    return text if _WORDS.names(text) else ""


def _addresses(holders: Iterable[Element], name: str) -> Iterator[str]:
    for holder in holders:
        reference = holder.one(name)
        if reference is not None:
            yield _address(reference)


def _address(reference: Element) -> str:
    return reference.text("reference") or reference.text("display")


def _means(target: str, piece: Piece) -> bool:
    """Whether a reference means a piece; one to an earlier version than it is does not."""
    version = _VERSION.search(target)
    if version and piece.version is not None and piece.version > int(version[1]):
        return False
    bare = _HISTORY.sub("", target)
    tail = "/".join(bare.split("/")[-2:])
    return bool(bare) and (bare == piece.full_url or tail == piece.address)
