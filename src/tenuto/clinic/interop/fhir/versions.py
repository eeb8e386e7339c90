"""Several versions of one resource: the newest counts, a retraction is respected, a doubt is said."""

from __future__ import annotations

import json
from collections.abc import Iterable

from tenuto.clinic.interop.fhir.elements import Remarks
from tenuto.clinic.interop.fhir.sent import Piece
from tenuto.clinic.interop.fhir.tables import MeasurementRule, rule_for
from tenuto.core.intake.reading_report import Ending

__all__ = ["current"]

_BESIDE_CONTENT = ("meta", "text")


def current(pieces: Iterable[Piece], remarks: Remarks) -> list[Piece]:
    """The pieces that count, in the order of the input; of the others the remarks keep how they ended."""
    groups: dict[str, list[Piece]] = {}
    for number, piece in enumerate(pieces):
        groups.setdefault(piece.address or f"#{number}", []).append(piece)
    return [kept for group in groups.values() for one in _by_server(group) for kept in _newest(one, remarks)]


def _by_server(group: list[Piece]) -> Iterable[list[Piece]]:
    """The same id on two servers is two resources."""
    servers: dict[str, list[Piece]] = {}
    for piece in group:
        servers.setdefault(_server(piece.full_url), []).append(piece)
    nowhere = servers.pop("", [])
    if len(servers) > 1:
        return [*servers.values(), *([nowhere] if nowhere else [])]
    return [group]


def _server(full_url: str) -> str:
    if not full_url.lower().startswith(("http://", "https://")):
        return ""
    server = full_url.split("/_history/")[0].rstrip("/").rsplit("/", 2)[0].lower()
    return server.replace("http://", "https://", 1)


def _newest(group: list[Piece], remarks: Remarks) -> list[Piece]:
    ordered = _ordered(group)
    if ordered is None:
        return _undecided(group, remarks)
    newest = ordered[0]
    if newest.deleted:
        remarks.end(_label(newest), Ending.TAKEN_BACK, "deleted by the sender")
    for older in ordered[1:]:
        if older.deleted:
            continue
        why = "deleted by the sender" if newest.deleted else "an older version"
        same = not newest.deleted and _content(older) == _content(newest)
        remarks.end(
            _label(older), *((Ending.NOT_NEEDED, "sent twice, alike") if same else (Ending.TAKEN_BACK, why))
        )
    return [] if newest.deleted else [newest]


def _ordered(group: list[Piece]) -> list[Piece] | None:
    """Newest first, by time, version or place in a history; None when nothing tells."""
    if len(group) == 1:
        return group
    orders = []
    for key in ("at", "version"):
        stamps = [getattr(piece, key) for piece in group]
        if None not in stamps and len(set(stamps)) == len(stamps):
            orders.append(sorted(group, key=lambda piece: getattr(piece, key), reverse=True))
    if orders:
        # A time that says one thing and a version number that says another tell nothing.
        return orders[0] if all(order == orders[0] for order in orders) else None
    places = [piece.newer_first for piece in group]
    if None not in places and not any(piece.deleted for piece in group):
        return sorted(group, key=lambda piece: piece.newer_first or 0)
    return None


def _undecided(group: list[Piece], remarks: Remarks) -> list[Piece]:
    """Nothing tells which is newer. Alike is one; a deletion counts, and is said; else all count, and are said."""
    label = _label(group[0])
    if any(piece.deleted for piece in group):
        for piece in group:
            remarks.end(_label(piece), Ending.TAKEN_BACK, "deleted by the sender")
        remarks.add(
            f"{label} was deleted by the sender, but not said when; not used. Check that it is wrong."
        )
        return []
    kept = [piece for piece in group if not _in_error(piece)]
    if kept and len(kept) < len(group):
        return _one_in_error(kept, group, remarks)
    found: dict[str, Piece] = {}
    for piece in group:
        if found.setdefault(_content(piece), piece) is not piece:
            remarks.end(_label(piece), Ending.NOT_NEEDED, "sent twice, alike")
    kept = list(found.values())
    if len(kept) > 1 and kept[0].resource.text("resourceType") != "Patient":
        remarks.add(
            f"{label} was sent twice with different content, and nothing says for certain which is newer; both are read. Check which holds."
        )
    return kept


def _one_in_error(valid: list[Piece], group: list[Piece], remarks: Remarks) -> list[Piece]:
    """Entered in error in one version, not in another: it may close a gate and is never a measured value."""
    label = _label(group[0])
    measured = any(
        isinstance(rule_for(p.resource.codings("code")[0]), MeasurementRule)
        for p in valid
        if p.resource.has("code")
    )
    remarks.add(
        f"{label} was sent twice: once entered in error, once not, and nothing says which is newer; "
        f"{'not used' if measured else 'it counts until that is known'}. Ask the sending system."
    )
    for piece in group:
        if measured or piece not in valid:
            remarks.end(_label(piece), Ending.TAKEN_BACK, "entered in error")
    return [] if measured else valid


def _in_error(piece: Piece) -> bool:
    return "entered-in-error" in (
        piece.resource.status("verificationStatus"),
        piece.resource.raw.get("status"),
    )


def _content(piece: Piece) -> str:
    """The content as one text, to compare; what only tells of the version or repeats it in words is left out."""
    told = {key: value for key, value in piece.resource.raw.items() if key not in _BESIDE_CONTENT}
    return json.dumps(told, sort_keys=True, default=str)


def _label(piece: Piece) -> str:
    return piece.address or piece.resource.where
