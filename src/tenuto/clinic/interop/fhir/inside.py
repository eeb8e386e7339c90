"""What an entry holds inside: what can close is read, a helper is read through what refers to it, and the rest is named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tenuto.clinic.interop.fhir import kinds, reasons
from tenuto.clinic.interop.fhir.elements import Element, Remarks
from tenuto.clinic.interop.fhir.left_out import OF_RELATIVES, references, says
from tenuto.clinic.interop.fhir.marks import changes_meaning
from tenuto.clinic.interop.fhir.subjects import BundleEntry

__all__ = ["name_inner", "read_inside", "stands"]


def name_inner(entry: BundleEntry, stated: frozenset[str], remarks: Remarks) -> None:
    """A resource inside another is read only as what that one refers to; anything else in there is said."""
    used = set(references({k: v for k, v in entry.resource.raw.items() if k != "contained"}))
    for inner in entry.resource.all("contained"):
        kind = inner.text("resourceType")
        if kind in _CLOSES_INSIDE and _may_be_read_inside(entry):
            continue
        if kinds.helps(kind) and not kinds.is_silent(kind):
            _judge_helper(inner, entry, f"#{inner.text('id')}" in used, stated, remarks)
        if not kinds.helps(kind) and not kinds.not_needed(kind):
            said = f" ({words})" if (words := says(inner)) else ""
            remarks.add(
                f"{entry.label} holds {_one(kind)} inside{said}, which is not read there. Look at it in the record."
            )


_CLOSES_INSIDE = ("Condition", "AllergyIntolerance", "MedicationRequest", "MedicationStatement")
"""Types that are read inside another entry too: what they say can close."""


def read_inside(entry: BundleEntry) -> Iterator[BundleEntry]:
    """What an entry holds inside that can close; nothing of an entry about relatives, or that its sender does not stand by."""
    if not _may_be_read_inside(entry):
        return
    holder: dict[str, Any] = {
        name: entry.resource.raw[name] for name in ("subject", "patient") if name in entry.resource.raw
    }
    for inner in entry.resource.all("contained"):
        kind = inner.text("resourceType")
        if kind in _CLOSES_INSIDE:
            own = {} if inner.has("subject") or inner.has("patient") else holder
            yield BundleEntry(Element({**inner.raw, **own}, f"{kind} inside {entry.label}"), "")


def _may_be_read_inside(entry: BundleEntry) -> bool:
    return entry.kind not in OF_RELATIVES and stands(entry.resource)


def stands(resource: Element) -> bool:
    """Whether the sender stands by an entry: none that was entered in error or refuted."""
    sent = {resource.status(name) for name in ("status", "verificationStatus") if resource.has(name)}
    return not sent & {"entered-in-error", "refuted"}


def _one(kind: str) -> str:
    """A type with its article."""
    return f"{'an' if kind[:1] in tuple('AEIO') else 'a'} {kind}" if kind else "a part without a type"


def _judge_helper(
    inner: Element, entry: BundleEntry, used: bool, stated: frozenset[str], remarks: Remarks
) -> None:
    """A substance, medicine or specimen inside an entry: said where nothing reads it or it carries a mark."""
    said = f" ({words})" if (words := says(inner)) else ""
    if mark := changes_meaning(inner):
        remarks.add(
            f"{entry.label} holds {_one(inner.text('resourceType'))}{said} with a mark that changes its meaning ({mark}) and is not "
            "understood here. Read it yourself."
        )
    elif not used and (said or any(reasons.only_here(inner, stated))):
        remarks.add(
            f"{entry.label} holds {_one(inner.text('resourceType'))} inside{said}, which nothing in it refers to. Look at it in the "
            "record."
        )
