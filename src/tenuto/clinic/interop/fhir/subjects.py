"""Whose record a resource is: references to the one patient, in every form that senders use."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum

from tenuto.clinic.interop.fhir.elements import Element
from tenuto.clinic.interop.fhir.loading import UnusableBundle

__all__ = ["Entry", "Index", "Whose", "the_patient"]

_HISTORY = re.compile(r"/_history/[^/]*\Z")


class Whose(Enum):
    """Whom a resource is about."""

    PATIENT = "the patient"
    SOMEBODY_ELSE = "somebody else"
    UNSAID = "not said"


class Entry:
    """One resource of the Bundle with the addresses under which others may refer to it."""

    __slots__ = ("addresses", "kind", "label", "resource")

    def __init__(self, resource: Element, full_url: str) -> None:
        self.resource = resource
        self.kind = resource.text("resourceType")
        self.label = resource.where
        identity = resource.text("id")
        local = {f"{self.kind}/{identity}", identity, f"urn:uuid:{identity}"} if identity else set()
        self.addresses = frozenset(_bare(a) for a in {*local, full_url} if a)


class Index:
    """Finds the entry that a reference means."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._by_address: dict[str, Entry] = {}
        for entry in entries:
            for address in entry.addresses:
                self._by_address.setdefault(address, entry)

    def find(self, reference: str, within: Element) -> Element | None:
        """The resource that `reference` means: contained in `within`, or an entry; None when it is not here."""
        if reference.startswith("#"):
            contained = within.all("contained")
            return next((c for c in contained if c.text("id") == reference[1:]), None)
        bare = _bare(reference)
        tail = "/".join(bare.split("/")[-2:])
        entry = self._by_address.get(bare) or self._by_address.get(tail)
        return entry.resource if entry else None


def _bare(address: str) -> str:
    return _HISTORY.sub("", address.strip().rstrip("/"))


def the_patient(entries: list[Entry]) -> Entry:
    """The one patient of the Bundle; raises `UnusableBundle` for none and for two."""
    patients = [entry for entry in entries if entry.kind == "Patient"]
    if not patients:
        raise UnusableBundle(
            "The Bundle holds no Patient. Export it with the Patient resource, so that it is known whose it is."
        )
    first = patients[0]
    for other in patients[1:]:
        if other.resource.raw != first.resource.raw:
            raise UnusableBundle(
                f"The Bundle holds two different patients ({first.label}, {other.label}). "
                "Export the records of one person at a time."
            )
    return first


def whose(resource: Element, patient: Entry) -> Whose:
    """Whether a resource is about the patient, from its `subject` or `patient` reference."""
    reference = resource.one("subject") or resource.one("patient")
    if reference is None:
        return Whose.UNSAID
    address = _bare(reference.text("reference"))
    if not address:
        return _by_identifier(reference, patient)
    if address in patient.addresses:
        return Whose.PATIENT
    # An absolute address of the same Patient on the sender's server.
    tail = "/".join(address.split("/")[-2:])
    return Whose.PATIENT if "://" in address and tail in patient.addresses else Whose.SOMEBODY_ELSE


def _by_identifier(reference: Element, patient: Entry) -> Whose:
    identifier = reference.one("identifier")
    if identifier is None:
        return Whose.UNSAID
    sent = (identifier.text("system"), identifier.text("value"))
    own = {(i.text("system"), i.text("value")) for i in patient.resource.all("identifier")}
    return Whose.PATIENT if sent in own else Whose.SOMEBODY_ELSE
