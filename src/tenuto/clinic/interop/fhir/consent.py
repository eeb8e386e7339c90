"""Consent: an agreement to this treatment, as recorded. Privacy and research consents are something else."""

from __future__ import annotations

from datetime import date

from tenuto.clinic.interop.fhir.elements import Element, Remarks
from tenuto.core.intake.conditions import named
from tenuto.core.intake.facts import Coding, Consent, Problem

__all__ = ["read"]

KETAMINE = "ketamine"
_KETAMINE_CODE = ("rxnorm", "6130")


def read(consent: Element, as_of: date, remarks: Remarks) -> tuple[Consent, ...]:
    """The consent, once for each condition that it names; none when entered in error or not about ketamine.

    A refusal (`provision.type` deny), a consent that is not active and one whose period does not hold `as_of` are
    kept, as not active: a recorded no is not the same as silence.
    """
    scope = consent.status("scope")
    if consent.text("status") == "entered-in-error" or scope not in ("treatment", ""):
        return ()
    provision = consent.one("provision")
    codes, texts = _subject_matter(consent, provision)
    if not any(KETAMINE in text.lower() for text in texts) and not any(
        (c.system, c.code) == _KETAMINE_CODE for c in codes
    ):
        return ()
    signed = consent.moment("dateTime", remarks)
    active = consent.text("status") == "active" and _permits(provision, as_of, remarks)
    conditions = sorted({name for text in texts for name in named(Problem(text))}) or [""]
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


def _subject_matter(consent: Element, provision: Element | None) -> tuple[list[Coding], list[str]]:
    """Every code and text that says what is consented to."""
    concepts = consent.all("category") + (provision.all("code") if provision else [])
    codes: list[Coding] = []
    texts = [consent.codings("policyRule")[1]]
    for concept in concepts:
        found, text = concept.concept()
        codes += found
        texts += [text, *(c.display for c in found)]
    return codes, [text for text in texts if text]
