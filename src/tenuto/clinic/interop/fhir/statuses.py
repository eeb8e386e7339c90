"""A status that would let an entry go, such as refuted or resolved: it does only where nothing beside it says otherwise."""

from __future__ import annotations

from tenuto.clinic.interop.fhir.elements import Element, Remarks
from tenuto.core.intake.reading_report import listed
from tenuto.core.intake.wording import words

__all__ = ["OVER", "TAKEN_BACK", "status_of"]

TAKEN_BACK = ("refuted", "entered-in-error")
OVER = ("inactive", "resolved", "remission")

_HOLDS = frozenset(
    ("confirmed", "unconfirmed", "provisional", "differential", "active", "recurrence", "relapse", "current", "suspected",
     "not", "bestatigt", "gesichert", "verdacht", "aktiv", "confirme", "suspecte", "actif", "active", "confirmado", "confirmada",
     "sospecha", "activo", "activa", "confermato", "confermata", "attivo", "attiva", "bevestigd", "actief", "potwierdzone")
)  # fmt: skip
"""Words, without their marks, by which a status holds."""


def status_of(resource: Element, name: str, lets_go: tuple[str, ...], remarks: Remarks) -> str:
    """The status under `name` in lower case; of two that contradict each other the one that does not let the entry go.

    A code of a system that is not FHIR's own lets nothing go: nobody knows what it means there. Both are said.
    """
    first = resource.status(name)
    concept = resource.one(name) if isinstance(resource.raw.get(name), dict) else None
    if concept is None:
        return first
    parts = concept.all("coding") if concept.has("coding") else [concept]
    own = [part.text("code").lower() for part in parts if part.has("code") and _is_of_fhir(part)]
    foreign = [part.text("code").lower() for part in parts if part.has("code") and not _is_of_fhir(part)]
    written = [text for text in (concept.text("text"), *(part.text("display") for part in parts)) if text]
    against = [code for code in (*own, *foreign) if code and code not in lets_go]
    against += [text for text in written if _HOLDS & set(words(text))]
    going = [code for code in (*own, *foreign) if code in lets_go]
    if not going or not (against or not set(going) <= set(own)):
        return first
    told = listed(f"“{each[:40]}”" for each in dict.fromkeys((*going, *against)))
    system = "" if against else " under a system of the sender's own"
    remarks.add(
        f"{resource.where}: its {_CALLED[name]} is sent as {told}{system}; it is not taken as over. Find out what holds."
    )
    return next((code for code in own if code not in lets_go), "")


_CALLED = {"verificationStatus": "verification status", "clinicalStatus": "clinical status"}


def _is_of_fhir(part: Element) -> bool:
    system = part.text("system").lower()
    return not system or any(known in system for known in _SYSTEMS)


_SYSTEMS = ("hl7.org/", "2.16.840.1.113883", "snomed.info/sct")
