"""Everything that a Bundle sends, whatever its type and nesting: resources, deletions, and the server's own words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qs

from tenuto.clinic.interop.fhir.elements import Element, Remarks, clean, read_moment
from tenuto.clinic.interop.fhir.extensions import beside
from tenuto.clinic.interop.fhir.loading import UnusableBundle
from tenuto.clinic.interop.fhir.marks import changes_meaning, handed_down
from tenuto.clinic.interop.fhir.subjects import at_its_server
from tenuto.core.intake.reading_report import Ending, listed

__all__ = ["Piece", "Sent", "unpack"]

_TYPES = frozenset(
    ("collection", "searchset", "history", "batch", "transaction", "batch-response", "transaction-response", "document",
     "message", "subscription-notification", "")
)  # fmt: skip
_DEEPEST = 8
_KEPT_BACK = frozenset(
    ("redacted", "masked", "subsetted", "pseuded", "anonyed", "crytohash", "cryptohash", "syntac", "aggred")
)
_REFUSED = ("401", "403")
_RESOURCE = re.compile(r"(?:\A|/)([A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64})(?:/_history/[^/?]*)?/?\Z", re.ASCII)
"""The type and id at the end of an address, whole or relative."""
_NARROWS = (
    "_since", "_lastUpdated", "_elements", "_summary", "_type", "_typeFilter", "start", "end", "date", "category", "code", "status",
    "clinical-status", "verification-status",
)  # fmt: skip
"""What in the address of a search leaves out a part of the record."""
_FAILED = ("fatal-error", "transient-error")
_NOT_A_WORD = frozenset(("informational", "success"))
_EMPTY_IS_KNOWN = frozenset(("nilknown",))


@dataclass(slots=True)
class Piece:
    """One resource as it was sent, or the deletion of one when `deleted`."""

    resource: Element
    full_url: str
    address: str
    """`Type/id` when it has an id, else the full address; what tells versions of one resource."""
    at: datetime | None
    version: int | None
    newer_first: int | None
    """Its place in a history, which lists the newest first; None elsewhere."""
    deleted: bool = False
    changed: str = ""
    """What the sender did to it that can't be read here, such as a change; empty when nothing."""


@dataclass(slots=True)
class Sent:
    """All pieces in the order of the input."""

    pieces: list[Piece] = field(default_factory=list)
    acts: list[tuple[str, str]] = field(default_factory=list)
    """Changes, and deletions by a search: to which address or search, and in words. What they leave nobody here knows."""


def unpack(root: Element, remarks: Remarks) -> Sent:
    """Walk a Bundle (or the Parameters of an operation), inner ones included, and say what the sender says beside it.

    Raises `UnusableBundle` for Bundles nested too deeply.
    """
    sent = Sent()
    _unpack(root, sent, remarks, depth=0, prefix="")
    for piece in sent.pieces:
        piece.changed = next((said for asked, said in sent.acts if _is_meant(piece, asked)), "")
    return sent


def _is_meant(piece: Piece, asked: str) -> bool:
    """Whether an act may mean a piece: by its address, or by a search of which nobody here knows what it found."""
    if piece.deleted:
        return False
    if "?" not in asked:
        return piece.address == asked
    if asked.partition("?")[0].rpartition("/")[2] != piece.resource.text("resourceType"):
        return False
    codes = parse_qs(asked.partition("?")[2], max_num_fields=20).get("code", [])
    wanted = {one.rpartition("|")[2] for code in codes for one in code.split(",")}
    sent = piece.resource.raw.get("code")
    own = {coding.code for coding in piece.resource.codings("code")[0]} if isinstance(sent, dict) else set()
    return not (wanted and own) or bool(wanted & own)


def _unpack(root: Element, sent: Sent, remarks: Remarks, *, depth: int, prefix: str) -> None:
    if depth > _DEEPEST:
        raise UnusableBundle(
            f"The Bundle holds Bundles {_DEEPEST} deep and deeper. Export it without nesting."
        )
    if root.text("resourceType") == "Parameters":
        _parameters(root, sent, remarks, depth, prefix)
        return
    _judge_envelope(root, remarks)
    _say_nothing_sent(root, prefix, remarks)
    history = root.text("type") == "history"
    for number, entry in enumerate(root.all("entry"), 1):
        name = f"{prefix}{number}"
        inner = entry.one("resource")
        if inner is not None:
            entry = Element({**entry.raw, "resource": handed_down(root, inner).raw}, entry.where)
        _entry(entry, name, len(sent.pieces) if history else None, sent, remarks, depth)


def _say_nothing_sent(root: Element, prefix: str, remarks: Remarks) -> None:
    """Name the entries that are null: something stood there when the sender made the Bundle."""
    entries = root.raw.get("entry")
    for number, entry in enumerate(entries if isinstance(entries, list) else (), 1):
        if entry is None:
            label = f"entry {prefix}{number}"
            sentence = f"{label} is null: nobody knows what it held. Export it again with its content."
            _say(label, Ending.NOT_UNDERSTOOD, sentence, remarks)


def _parameters(root: Element, sent: Sent, remarks: Remarks, depth: int, prefix: str) -> None:
    waiting, values = root.all("parameter"), []
    for number, parameter in enumerate(waiting, 1):
        waiting += parameter.all("part")
        resource = parameter.one("resource")
        if resource is not None:
            _resource(resource, "", f"{prefix}{number}", None, sent, remarks, depth, Element({}, ""))
        if any(
            name.startswith("value") and sent_value is not False for name, sent_value in parameter.raw.items()
        ):
            values.append(
                {name: value for name, value in parameter.raw.items() if name not in ("resource", "part")}
            )
    if values:
        told = Element({"resourceType": "Parameters", "parameter": values}, f"Parameters {prefix}".strip())
        sent.pieces.append(Piece(told, "", "", None, None, None))


def _entry(entry: Element, name: str, place: int | None, sent: Sent, remarks: Remarks, depth: int) -> None:
    resource, full_url = entry.one("resource"), entry.text("fullUrl")
    method, answer = entry.one("request"), entry.one("response")
    verb = method.text("method").upper() if method else ""
    address = _address(resource, full_url, method.text("url") if method else "")
    label = address or f"entry {name}"
    outcome = answer.one("outcome") if answer else None
    if outcome is not None and outcome.text("resourceType") in ("OperationOutcome", ""):
        _outcome(outcome, f"the answer in {label}", remarks)
    elif outcome is not None:
        _resource(outcome, "", f"{name}.answer", place, sent, remarks, depth, Element({}, ""))
    if verb == "DELETE" and not address:
        asked = clean(method.text("url")) if method else ""
        sentence = (
            f"{label}: the sender deletes {asked[:120] or 'something'}, and which entries that means is not known here. "
            "Find out what was deleted."
        )
        _say(label, Ending.NOT_UNDERSTOOD, sentence, remarks)
        if "?" in asked:
            sent.acts.append((asked, f"may be one of those that the sender deletes ({asked[:80]})"))
    elif verb == "DELETE":
        body = resource or Element({}, label)
        sent.pieces.append(
            Piece(body, full_url, address, _at(body, answer), _version(body, answer), place, True)
        )
    elif verb == "PATCH":
        # What is sent with it is the change, under an address of its own.
        address = _address(None, full_url, method.text("url") if method else "")
        label = address or label
        asked = address or (clean(method.text("url")) if method else "")
        changed = "is changed by the sender in a way that is not read here"
        sent.acts.append(
            (asked, changed if address else f"may be one of those that the sender changes ({asked[:80]})")
        )
        _say(
            label,
            Ending.NOT_UNDERSTOOD,
            f"{label} is a change to a record, not a record. Export the whole record.",
            remarks,
        )
    elif resource is not None and _may_stand(entry, resource, label, answer, remarks):
        _resource(resource, full_url, name, place, sent, remarks, depth, answer or Element({}, ""))
    elif resource is not None:
        pass
    elif answer is not None and answer.text("status").startswith("410") and "/" in address:
        gone = Element({}, label)
        sent.pieces.append(
            Piece(gone, full_url, address, _at(gone, answer), _version(gone, answer), place, True)
        )
    elif verb in ("GET", "HEAD") and answer is None:
        remarks.end(label, Ending.NOT_NEEDED, "a question to a server")
    else:
        _without_resource(label, answer, remarks)


def _may_stand(
    entry: Element, resource: Element, label: str, answer: Element | None, remarks: Remarks
) -> bool:
    """Whether nothing that stands beside a resource in its entry takes it back or changes what it means.

    The person is kept and said, since a record without one can't be read at all.
    """
    status, mark = answer.text("status")[:40] if answer else "", changes_meaning(_alone(entry, "resource"))
    refused = status if status.startswith(("4", "5")) else ""
    named = _words(resource)
    said = f"{label} (“{named[:80]}”)" if named else label
    person = resource.text("resourceType") == "Patient"
    more = [*_said_beside(entry), *(f"the unknown field {name[:40]}" for name in _unknown(entry, _OF_ENTRY))]
    if more:
        remarks.add(
            f"The entry of {said} carries what is not understood here: {listed(more)}. Read it before the entry is relied on."
        )
    if not (mark or refused):
        return True
    why = f"a mark that changes its meaning ({mark})" if mark else f"the answer “{refused}” of the server"
    used = "Find out whether it is the person's record" if person else "It was not used; read it yourself"
    sentence = f"The entry of {said} carries {why}, which is not understood here. {used}."
    if person:
        remarks.add(sentence)
    else:
        _say(
            label,
            Ending.TAKEN_BACK if refused.startswith("410") else Ending.NOT_UNDERSTOOD,
            sentence,
            remarks,
        )
    return person


def _alone(holder: Element, inner: str) -> Element:
    """An envelope without what it holds."""
    return Element({name: value for name, value in holder.raw.items() if name != inner}, holder.where)


def _said_beside(holder: Element) -> list[str]:
    """What extensions of an envelope itself say."""
    return [
        f"“{each.said[:120]}”" for each in beside({"extension": holder.raw.get("extension")}) if each.said
    ]


def _unknown(holder: Element, known: frozenset[str]) -> list[str]:
    """The fields of an envelope that FHIR does not have, such as one that is written with a capital."""
    return [clean(name) for name in holder.raw if name.removeprefix("_") not in known]


_OF_ENTRY = frozenset(("id", "extension", "modifierExtension", "link", "fullUrl", "resource", "search", "request", "response"))  # fmt: skip
_OF_BUNDLE = frozenset(
    ("resourceType", "id", "meta", "implicitRules", "language", "identifier", "type", "timestamp", "total", "link", "entry",
     "signature", "issues", "extension", "modifierExtension", "contained", "text", "fhir_comments")
)  # fmt: skip


def _judge_beside(bundle: Element, remarks: Remarks) -> None:
    """What a Bundle carries beside its entries that could change or add something."""
    held = [
        f"a {inner.text('resourceType') or 'part without a type'}{f' (“{words[:80]}”)' if (words := _words(inner)) else ''}"
        for inner in bundle.all("contained")
    ]
    mark = changes_meaning(_alone(bundle, "entry"))
    told = [
        *([f"a mark that changes its meaning ({mark})"] if mark else []),
        *_said_beside(bundle),
        *held,
        *(f"the unknown field {name[:40]}" for name in _unknown(bundle, _OF_BUNDLE)),
    ]
    if told:
        remarks.add(
            f"The Bundle carries beside its entries what is not understood here: {listed(told)}. Read it yourself, and have the "
            "record exported again."
        )


def _words(resource: Element) -> str:
    return resource.codings("code")[1] if isinstance(resource.raw.get("code"), dict) else ""


def _without_resource(label: str, answer: Element | None, remarks: Remarks) -> None:
    status = answer.text("status")[:40] if answer else ""
    if status.startswith(_REFUSED):
        _say(label, Ending.WITHHELD, f"{label} was withheld by the sender ({status}). Ask for it.", remarks)
    elif status.startswith("410"):
        remarks.end(label, Ending.TAKEN_BACK, "deleted by the sender")
    elif status.startswith(("404", "200", "201", "204")):
        remarks.end(label, Ending.NOT_NEEDED, f"an answer without content ({status})")
    else:
        said = f" ({status})" if status else ""
        _say(
            label,
            Ending.NOT_UNDERSTOOD,
            f"{label} holds no content{said}. Export it again with its content.",
            remarks,
        )


def _say(label: str, ending: Ending, sentence: str, remarks: Remarks) -> None:
    remarks.begin(label)
    remarks.add(sentence)
    remarks.settle(ending, sentence)
    remarks.close()


def _resource(
    resource: Element, full_url: str, name: str, place: int | None, sent: Sent, remarks: Remarks, depth: int,
    answer: Element,
) -> None:  # fmt: skip
    kind, identity = resource.text("resourceType"), resource.text("id")
    label = f"{kind}/{identity[:64]}" if identity else f"{kind or 'part without a type'} in entry {name}"
    if kind in ("Bundle", "Parameters"):
        _unpack(Element(resource.raw, label), sent, remarks, depth=depth + 1, prefix=f"{name}.")
    elif kind == "OperationOutcome":
        remarks.end(
            label,
            Ending.NOT_NEEDED if _outcome(resource, label, remarks) else Ending.NOT_UNDERSTOOD,
            "a word of the server",
        )
    else:
        named = Element(at_its_server(resource.raw, full_url), label)
        address = _address(named, full_url, "")
        sent.pieces.append(
            Piece(named, full_url, address, _at(named, answer), _version(named, answer), place)
        )
        if kind == "Composition":
            _sections(named, remarks)
        elif kind == "MessageHeader":
            _failure(named, remarks)


def _address(resource: Element | None, full_url: str, url: str) -> str:
    if resource is not None and resource.text("id") and resource.text("resourceType"):
        return f"{resource.text('resourceType')}/{resource.text('id')}"
    named = _RESOURCE.search(url)
    if named:
        return named[1]
    tail = "/".join(full_url.rstrip("/").split("/")[-2:]) if "://" in full_url else full_url
    return clean(tail)


def _at(resource: Element, answer: Element | None) -> datetime | None:
    meta = resource.one("meta")
    for text in (answer.text("lastModified") if answer else "", meta.text("lastUpdated") if meta else ""):
        moment = read_moment(text) if text else None
        if moment is not None and moment.at is not None:
            return moment.at
    return None


def _version(resource: Element, answer: Element | None) -> int | None:
    meta = resource.one("meta")
    tag = re.search(r"\d+", answer.text("etag")) if answer else None
    text = meta.text("versionId") if meta and meta.has("versionId") else tag[0] if tag else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def _judge_envelope(bundle: Element, remarks: Remarks) -> None:
    """What a server says beside the entries: pages left, matches that are not here, marks of what was kept back."""
    kind = bundle.text("type")
    _judge_beside(bundle, remarks)
    if kind not in _TYPES:
        remarks.add(
            f"A Bundle of the type '{kind[:40]}' is not known here; its entries were read. Check that it is a record."
        )
    links = {link.text("relation"): link.text("url") for link in bundle.all("link")}
    if "next" in links or links.get("last", links.get("self")) != links.get("self"):
        remarks.add("The Bundle is one page of several. Export all pages into one Bundle.")
    narrowed = [
        name
        for name in parse_qs(links.get("self", "").partition("?")[2], max_num_fields=50)
        if name in _NARROWS
    ]
    if narrowed:
        remarks.add(
            f"The sender was only asked for a part ({listed(narrowed)}): this may not be the whole record. Export the entire record."
        )
    total = bundle.number("total")
    here = sum(_is_match(entry) for entry in bundle.all("entry"))
    if total is not None and total > here:
        remarks.add(
            f"The sender says that there are {total} entries and sent {here}. Export the entire record."
        )
    issues = bundle.one("issues")
    if issues is not None:
        _outcome(issues, "the Bundle", remarks)
    for word in kept_back(bundle):
        remarks.add(
            f"The sender marks the whole Bundle as {word}: something may be kept back. Ask for the rest."
        )


def _is_match(entry: Element) -> bool:
    search = entry.one("search")
    return search is None or search.text("mode") in ("match", "")


def kept_back(resource: Element) -> tuple[str, ...]:
    """The marks in a resource's meta that say that it was shortened, masked or made anonymous."""
    meta = resource.one("meta")
    marks = [c.coding() for name in ("security", "tag") for c in meta.all(name)] if meta else []
    return tuple(dict.fromkeys(m.display or m.code for m in marks if m.code.lower() in _KEPT_BACK))


def _outcome(outcome: Element, label: str, remarks: Remarks) -> bool:
    """Say what an OperationOutcome says; True when it is only a note."""
    only_notes = True
    for issue in outcome.all("issue"):
        severity, code = issue.text("severity"), issue.text("code")
        details = issue.one("details")
        text = (details.concept()[1] if details else "") or issue.text("diagnostics") or code or severity
        if severity == "information" and code in _NOT_A_WORD:
            continue
        only_notes = False
        where = label if label.startswith("OperationOutcome") else f"OperationOutcome in {label}"
        remarks.add(
            f"The sender says ({where}, {severity or 'without severity'}): “{text[:300]}” "
            "The record may not be whole. Ask for what is missing."
        )
    return only_notes


def _failure(header: Element, remarks: Remarks) -> None:
    """A message that says of itself that something failed."""
    answer = header.one("response")
    code = answer.text("code") if answer else ""
    if code in _FAILED:
        remarks.add(
            f"The sender says ({header.where}) that the message failed ({code}). The record may not be whole. Ask for it again."
        )


def _sections(composition: Element, remarks: Remarks) -> None:
    """Sections of a document that are empty for a reason, or that say something only in words."""
    waiting = composition.all("section")
    for section in waiting:
        waiting += section.all("section")
        title = section.text("title") or section.codings("code")[1] or "without a title"
        reason = section.status("emptyReason")
        if reason and reason not in _EMPTY_IS_KNOWN:
            remarks.add(
                f"{composition.where}: the section “{title[:80]}” is empty ({reason[:40]}). Ask for what it would hold."
            )
        elif not reason and not section.has("entry") and not section.has("section") and section.has("text"):
            remarks.add(
                f"{composition.where}: the section “{title[:80]}” is only told in words, which are not read. Read it yourself."
            )
