"""Whose record a resource is: references to the one patient, in every form that senders use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any
from urllib.parse import parse_qs

from tenuto.clinic.interop.fhir.elements import Element
from tenuto.clinic.interop.fhir.loading import UnusableBundle
from tenuto.clinic.people.names import could_be_one, folded, number_key

__all__ = ["BundleEntry", "Index", "Whose", "at_its_server", "others_named", "the_patient", "whose"]

_HISTORY = re.compile(r"/_history/[^/]*\Z")
_SCHEME = re.compile(r"\Ahttps?://", re.IGNORECASE)


_AT_A_SERVER = re.compile(
    r"(https?://.+)/[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}(?:/_history/[^/]*)?/?\Z", re.ASCII | re.IGNORECASE
)
_PATIENT_THERE = re.compile(r"Patient/[A-Za-z0-9.-]{1,64}(?:/_history/[^/]*)?\Z", re.ASCII)


def at_its_server(raw: dict[str, Any], full_url: str) -> dict[str, Any]:
    """A resource whose relative references to a Patient are whole addresses: they mean the server that `full_url` names.

    The same without one. Two servers give the same id to two people.
    """
    server = _AT_A_SERVER.match(full_url.strip())
    found: dict[str, Any] = _made_whole(raw, server[1]) if server else raw
    return found


def _made_whole(sent: Any, server: str) -> Any:
    if isinstance(sent, list):
        return [_made_whole(each, server) for each in sent]
    if not isinstance(sent, dict):
        return sent
    return {
        name: f"{server}/{value.strip()}"
        if name == "reference" and isinstance(value, str) and _PATIENT_THERE.match(value.strip())
        else _made_whole(value, server)
        for name, value in sent.items()
    }


class Whose(Enum):
    """Whom a resource is about."""

    PATIENT = "the patient"
    UNSAID = "not said"
    UNKNOWN = "not known"
    SOMEBODY_ELSE = "somebody else"


_DOUBT = list(Whose)
"""From sure to surely not: of several references the worst counts."""


class BundleEntry:
    """One resource of the Bundle with the addresses under which others may refer to it."""

    __slots__ = ("addresses", "kind", "label", "resource")

    def __init__(self, resource: Element, full_url: str, addresses: frozenset[str] = frozenset()) -> None:
        self.resource = resource
        self.kind = resource.text("resourceType")
        self.label = resource.where
        identity = resource.text("id")
        local = {f"{self.kind}/{identity}", identity, f"urn:uuid:{identity}"} if identity else set()
        self.addresses = addresses or frozenset(_bare(a) for a in {*local, full_url} if a)


class Index:
    """Finds the entry that a reference means."""

    def __init__(self, entries: Iterable[BundleEntry]) -> None:
        self._by_address: dict[str, BundleEntry] = {}
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
    """An address without its version; a urn is the same in capitals, and a server with and without encryption."""
    bare = _SCHEME.sub("https://", _HISTORY.sub("", address.strip().rstrip("/")))
    return bare.lower() if bare.lower().startswith("urn:") else bare


def the_patient(entries: list[BundleEntry]) -> BundleEntry:
    """The one patient of the Bundle; raises `UnusableBundle` for none and for two."""
    patients = [entry for entry in entries if entry.kind == "Patient"]
    if not patients:
        raise UnusableBundle(
            "The Bundle holds no Patient. Nobody can tell whose it is. Export it again with the Patient in it."
        )
    first = next((p for p in patients if not _is_replaced(p)), patients[0])
    for other in patients:
        if other is not first and not _same_person(first, other):
            raise _two(first, other)
    return BundleEntry(first.resource, "", frozenset().union(*(p.addresses for p in patients)))


def _two(first: BundleEntry, other: BundleEntry) -> UnusableBundle:
    if _linked(first, other):
        return UnusableBundle(
            f"The Bundle holds two Patients that are linked as one person and do not agree: {_told(first)}; {_told(other)}. "
            "Find out whether they are one person. Export the records of one person at a time."
        )
    if first.label == other.label:
        return UnusableBundle(
            f"{first.label} was sent twice, with different particulars, and nothing says which version is newer. "
            "Export the record again, or remove the outdated version."
        )
    return UnusableBundle(
        f"The Bundle holds two different patients ({first.label}, {other.label}). "
        "Export the records of one person at a time."
    )


def _is_replaced(patient: BundleEntry) -> bool:
    return any(link.text("type") == "replaced-by" for link in patient.resource.all("link"))


def _same_person(one: BundleEntry, other: BundleEntry) -> bool:
    """The same content, or a link by which the sender says that both are one person, and nothing that speaks against it."""
    return one.resource.raw == other.resource.raw or (_linked(one, other) and _agree(one, other))


def _agree(one: BundleEntry, other: BundleEntry) -> bool:
    """Whether name, birth date and sex can be one person's. A record that tells none of them must be marked as replaced."""
    names = [_names(each.resource) for each in (one, other)]
    births = [each.resource.text("birthDate")[:10] for each in (one, other)]
    sexes = {each.resource.text("gender").lower() for each in (one, other)} & {"male", "female"}
    if all(names) and not any(could_be_one(a, b) for a in names[0] for b in names[1]):
        return False
    if all(births) and not (births[0].startswith(births[1]) or births[1].startswith(births[0])):
        return False
    replaced = any(
        link.text("type") in _REPLACED for each in (one, other) for link in each.resource.all("link")
    )
    return len(sexes) < _SEVERAL and (replaced or (all(names) and all(births)))


_REPLACED = ("replaced-by", "replaces")
_SEVERAL = 2


def _names(patient: Element) -> list[str]:
    """Every name that a Patient has or had, in words."""
    parts = ([n.text("text") or " ".join([*n.texts("given"), n.text("family")])] for n in patient.all("name"))
    return [name.strip() for (name,) in parts if name.strip()]


def _told(patient: BundleEntry) -> str:
    """A Patient in words, to compare."""
    said = [
        *_names(patient.resource)[:1],
        *(f"born {born}" for born in [patient.resource.text("birthDate")] if born),
    ]
    return f"{patient.label} ({', '.join(said) or 'without name and birth date'})"


def others_named(resource: Element, patient: BundleEntry, index: Index) -> list[str]:
    """The Patients beside this one whom a resource that joins people names, such as a Linkage or a Person."""
    named = [item.one("resource") for item in resource.all("item")]
    named += [link.one("target") for link in resource.all("link")]
    found = [
        reference.text("reference") or reference.text("display") or "somebody"
        for reference in named
        if reference is not None and _joins(reference, resource, patient, index)
    ]
    return list(dict.fromkeys(found))


def _joins(reference: Element, within: Element, patient: BundleEntry, index: Index) -> bool:
    kind = reference.text("type") or _kind_of(_bare(reference.text("reference")))
    return kind in ("Patient", "") and _of_reference(reference, within, patient, index) is not Whose.PATIENT


def _linked(one: BundleEntry, other: BundleEntry) -> bool:
    linked = {_bare(target.text("reference")) for p in (one, other) for target in _targets(p)}
    return bool(linked & one.addresses) or bool(linked & other.addresses)


def _targets(patient: BundleEntry) -> Iterator[Element]:
    for link in patient.resource.all("link"):
        target = link.one("other")
        if target is not None:
            yield target


def whose(resource: Element, patient: BundleEntry, index: Index) -> Whose:
    """Whether a resource is about the patient, from its `subject` or `patient` reference in any lawful writing."""
    if isinstance(resource.raw.get("subject"), list):  # an Account's
        each = [_of_reference(one, resource, patient, index) for one in resource.all("subject")]
        return Whose.PATIENT if Whose.PATIENT in each else max(each, key=_DOUBT.index, default=Whose.UNSAID)
    reference = resource.one("subject") or resource.one("patient")
    if reference is None:
        return Whose.UNSAID
    found = _of_reference(reference, resource, patient, index)
    focus = resource.all("focus") if resource.text("resourceType") == "Observation" else []
    if found is Whose.PATIENT and focus:
        return max((_of_reference(f, resource, patient, index) for f in focus), key=_DOUBT.index)
    return found


def _of_reference(reference: Element, within: Element, patient: BundleEntry, index: Index) -> Whose:
    """Whom a reference means. Where its address means the patient and its number or name another, nobody knows."""
    found = _by_address(reference, within, patient, index)
    if found is Whose.PATIENT and (_other_number(reference, patient) or _other_name(reference, patient)):
        return Whose.UNKNOWN
    return found


def _other_number(reference: Element, patient: BundleEntry) -> bool:
    """Whether a reference gives a number that the patient does not have in its system, or in none where it names no system."""
    identifier = reference.one("identifier")
    if identifier is None or not identifier.text("value"):
        return False
    system, own = identifier.text("system"), _numbers(patient.resource)
    same = {number_key(value) for its, value in own if not system or its == system}
    return bool(same) and number_key(identifier.text("value")) not in same


def _other_name(reference: Element, patient: BundleEntry) -> bool:
    """Whether what a reference shows can be no name of the patient's. Titles, numbers and another script tell nothing."""
    shown = [w for w in folded(reference.text("display")).split() if w not in _TITLES and w.isalpha()]
    names = [folded(name).split() for name in _names(patient.resource)]
    latin = any(word.isascii() for word in shown)
    compared = [name for name in names if any(word.isascii() for word in name) is latin]
    return bool(shown and compared) and not any(_fits(shown, name) for name in compared)


def _fits(shown: list[str], name: list[str]) -> bool:
    """Whether shown words can be a name: each initial begins one of its words; a single word is one of them."""
    letters = [word for word in shown if len(word) == 1]
    whole = [word for word in shown if len(word) > 1]
    if not all(any(word.startswith(letter) for word in name) for letter in letters):
        return False
    return (
        not whole or (len(whole) == 1 and whole[0] in name) or could_be_one(" ".join(whole), " ".join(name))
    )


_TITLES = frozenset(("patient", "subject", "the", "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "herr", "frau", "mme", "m", "sr", "sra", "jr", "mrn"))  # fmt: skip


def _by_address(reference: Element, within: Element, patient: BundleEntry, index: Index) -> Whose:
    address = _bare(reference.text("reference"))
    by_number = _by_identifier(reference, patient)
    if not address:
        return by_number
    if address in patient.addresses:
        return Whose.PATIENT
    kind = reference.text("type") or _kind_of(address)
    if kind == "Group":
        return Whose.UNKNOWN
    if kind not in ("Patient", ""):
        return Whose.SOMEBODY_ELSE
    if address.startswith("#"):
        return _contained(address, within, patient)
    if "?" in address:
        return _by_search(address, patient)
    meant = index.find(address, within)
    if meant is not None:
        if meant.text("resourceType") != "Patient" or _tail(address) not in patient.addresses:
            return Whose.SOMEBODY_ELSE
        # The same id at another server may be this person there, or anybody.
        sure = _same_server(address, patient) or by_number is Whose.PATIENT
        return Whose.PATIENT if sure else Whose.UNKNOWN
    if "://" in address and _tail(address) in patient.addresses and _same_server(address, patient):
        return Whose.PATIENT
    return Whose.PATIENT if by_number is Whose.PATIENT else Whose.UNKNOWN


def _kind_of(address: str) -> str:
    """The resource type that an address names; empty when it names none."""
    before = address.split("?")[0].split("/")
    kind = before[-1] if "?" in address else before[-2] if len(before) > 1 else ""
    return kind if kind.isalpha() and kind[:1].isupper() else ""


def _tail(address: str) -> str:
    return "/".join(address.split("/")[-2:])


def _same_server(address: str, patient: BundleEntry) -> bool:
    """False only when both name a server, and not the same one: there the same id is another person."""
    servers = {a.rsplit("/", 2)[0].lower() for a in patient.addresses if "://" in a}
    return "://" not in address or not servers or address.rsplit("/", 2)[0].lower() in servers


def _contained(address: str, within: Element, patient: BundleEntry) -> Whose:
    inner = next((c for c in within.all("contained") if c.text("id") == address[1:]), None)
    if inner is None:
        return Whose.UNKNOWN
    if inner.text("resourceType") != "Patient":
        return Whose.SOMEBODY_ELSE
    numbers = _numbers(inner)
    own = _numbers(patient.resource)
    if numbers & own:
        return Whose.PATIENT
    if numbers and {system for system, _ in numbers} & {system for system, _ in own if system}:
        return Whose.SOMEBODY_ELSE
    return Whose.UNKNOWN


def _by_search(address: str, patient: BundleEntry) -> Whose:
    """A conditional reference: `Patient?identifier=system|value`."""
    asked = parse_qs(address.partition("?")[2], max_num_fields=10)
    if any(f"Patient/{value}" in patient.addresses for value in asked.get("_id", ())):
        return Whose.PATIENT
    own = _numbers(patient.resource)
    for value in asked.get("identifier", ()):
        system, bar, number = value.rpartition("|")
        if bar and (system, number) in own:
            return Whose.PATIENT
    return Whose.UNKNOWN


def _by_identifier(reference: Element, patient: BundleEntry) -> Whose:
    identifier = reference.one("identifier")
    if identifier is None:
        return Whose.UNSAID if not reference.text("display") else Whose.UNKNOWN
    sent = (identifier.text("system"), identifier.text("value"))
    return Whose.PATIENT if sent in _numbers(patient.resource) else Whose.UNKNOWN


def _numbers(patient: Element) -> frozenset[tuple[str, str]]:
    return frozenset(
        (i.text("system"), i.text("value")) for i in patient.all("identifier") if i.text("value")
    )
