"""Consent: an agreement to this treatment, as recorded. Privacy and research consents are something else."""

from __future__ import annotations

from datetime import date

from tenuto.clinic.interop.fhir.elements import Element, Remarks
from tenuto.core.intake.conditions import stated_in
from tenuto.core.intake.facts import Coding, Consent
from tenuto.core.intake.reading_report import Ending

__all__ = ["read"]

KETAMINE = "ketamine"
_KETAMINE_CODE = ("rxnorm", "6130")
_SAYS_NOTHING = (("loinc", "59284-0"),)
"""Categories that every consent may carry: LOINC 'Consent Document'."""


def read(consent: Element, as_of: date, remarks: Remarks) -> tuple[Consent, ...]:
    """The consent, once for each condition that it names; none when entered in error or about something else.

    A refusal (`provision.type` deny), a consent that is not active and one whose period does not hold `as_of` are
    kept, as not active: a recorded no is not the same as silence.
    """
    scope = consent.status("scope")
    if consent.text("status") == "entered-in-error":
        remarks.settle(Ending.TAKEN_BACK, "entered in error")
        return ()
    if scope not in ("treatment", ""):
        remarks.settle(Ending.NOT_NEEDED, f"a consent to something else ({scope[:40]})")
        return ()
    provision = consent.one("provision")
    codes, texts = _subject_matter(consent, provision)
    if not _names_ketamine(codes, texts):
        if codes or texts:
            remarks.settle(Ending.NOT_NEEDED, "a consent to something else")
            return ()
        remarks.add(f"{consent.where} does not say what is consented to. Check that it is to ketamine.")
    signed = consent.moment("dateTime", remarks)
    active = consent.text("status") == "active" and _permits(provision, as_of, remarks)
    conditions = sorted({name for text in texts for name in stated_in(text)}) or [""]
    return tuple(
        Consent(
            # The earliest day that it can mean: a consent never looks newer than it is.
            signed=signed.earliest if signed else None,
            active=active,
            indication=condition,
            version=consent.codings("policyRule")[1],
            origin=consent.where,
        )
        for condition in conditions
    )


def _permits(provision: Element | None, as_of: date, remarks: Remarks) -> bool:
    if provision is None:
        return True
    if provision.text("type") == "deny":
        return False
    period = provision.one("period")
    if period is None:
        return True
    start, end = period.moment("start", remarks), period.moment("end", remarks)
    return (start is None or start.latest <= as_of) and (end is None or as_of <= end.earliest)


def _names_ketamine(codes: list[Coding], texts: list[str]) -> bool:
    return any(KETAMINE in text.lower() for text in texts) or any(
        (code.system, code.code) == _KETAMINE_CODE for code in codes
    )


def _subject_matter(consent: Element, provision: Element | None) -> tuple[list[Coding], list[str]]:
    """Every code and text that says what is consented to; that it is a consent at all says nothing."""
    concepts = consent.all("category") + (provision.all("code") if provision else [])
    codes: list[Coding] = []
    texts = [consent.codings("policyRule")[1]]
    for concept in concepts:
        found, text = concept.concept()
        telling = [code for code in found if (code.system, code.code) not in _SAYS_NOTHING]
        codes += telling
        texts += [concept.text("text") if len(telling) < len(found) else text, *(c.display for c in telling)]
    return codes, [text for text in texts if text]
