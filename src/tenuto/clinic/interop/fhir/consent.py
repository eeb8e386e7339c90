"""Consent: an agreement to this treatment, as recorded. Privacy and research consents are something else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from tenuto.clinic.interop.fhir.elements import Element, Remarks
from tenuto.clinic.interop.fhir.extensions import Extension, beside
from tenuto.core.intake.conditions import stated_in
from tenuto.core.intake.facts import Coding, Consent
from tenuto.core.intake.reading_report import Ending
from tenuto.core.intake.wording import Mention, Phrases

__all__ = ["read"]

KETAMINE = "ketamine"
_KETAMINE_CODE = ("rxnorm", "6130")
_SAYS_NOTHING = (("loinc", "59284-0"),)
"""Categories that every consent may carry: LOINC 'Consent Document'."""
_RESEARCH = frozenset(("research", "rsdid", "rsreid", "clinicaltrial"))
"""Codes of HL7's consent categories for research."""
_OVER = ("rejected", "inactive")
"""States of a consent that say no. One that is only drafted or proposed says nothing yet."""
_DIRECTIVES = frozenset(("acd", "dnr", "emrgonly", "hcd", "polst"))
"""Codes of HL7's consent categories for what is wanted when the person can't speak."""
_LIMITS = ("code", "actor", "action", "securityLabel", "purpose", "class", "data", "period", "dataPeriod")
"""What narrows an exception to something; without any it excepts all."""
_WORDS = Phrases(
    {
        KETAMINE: (KETAMINE, "ketalar"),
        "esketamine": ("esketamine", "spravato"),
        "infusion": ("infusion*", "off label"),
        "directive": ("advance directive*", "advance decision*", "advance care", "living will"),
        "refusal": (
            "refus*", "declin*", "rejects", "rejected", "revok*", "revocation", "withdrew", "withdrawn", "withdrawal", "rescind*",
            "rescission", "taken back", "cancelled", "canceled", "does not consent",
            "do not consent", "not consented", "no consent", "does not want", "do not give", "not to be given", "opts out",
        ),
    }
)  # fmt: skip


def read(consent: Element, as_of: date, remarks: Remarks) -> tuple[Consent, ...]:
    """The consent, once for each condition that it names; none when entered in error or about something else.

    A refusal (rejected, inactive, denied, or in words), a consent that is not active and one whose period does not hold
    `as_of` are kept, as not active: a recorded no is not the same as silence.
    """
    provision, status = consent.one("provision"), consent.text("status")
    codes, texts = _subject_matter(consent, provision)
    ketamine = _names_ketamine(codes, texts)
    if status == "entered-in-error":
        if ketamine:
            remarks.add(
                f"{consent.where}, a consent that names ketamine, was entered in error. Check that another one counts."
            )
        remarks.settle(Ending.TAKEN_BACK, "entered in error")
        return ()
    denied = _denies(provision, remarks, consent.where) or any(map(_refuses, texts))
    denied = _taken_back_beside(consent, remarks) or denied
    if ketamine and denied and _is_directive(consent):
        remarks.add(
            f"{consent.where}, an advance directive, says no to ketamine. Ask the patient whether it still holds."
        )
    if any(code.code.lower() in _RESEARCH for each in consent.all("category") for code in each.concept()[0]):
        remarks.settle(Ending.NOT_NEEDED, "a consent to research")
        return ()
    if ketamine and _is_directive(consent) and not (denied and status not in _OVER):
        remarks.add(
            f"{consent.where}, an advance directive, names ketamine and is no consent to it. Read what it says."
        )
        return ()
    scope = consent.status("scope")
    if scope not in ("treatment", "") and not (ketamine and _is_directive(consent)):
        remarks.settle(Ending.NOT_NEEDED, f"a consent to something else ({scope[:40]})")
        return ()
    if not ketamine:
        near = any("infusion" in _WORDS.names(text) for text in texts)
        if (denied or status in _OVER) and (near or (denied and _says_only_consent(consent, provision))):
            remarks.add(
                f"{consent.where} is a refusal that does not say of what. Ask whether it is of this treatment."
            )
            return ()
        if codes or texts:
            remarks.settle(Ending.NOT_NEEDED, "a consent to something else")
            return ()
        remarks.add(f"{consent.where} does not say what is consented to. Check that it is to ketamine.")
    signed = consent.moment("dateTime", remarks)
    refused = denied or status in _OVER
    active = status == "active" and not refused and _holds(provision, as_of, remarks)
    conditions = sorted({name for text in texts for name in stated_in(text)}) or [""]
    # A consent never looks newer than it is, and a refusal never older: the earliest and the latest day that they can mean.
    day = (signed.latest if refused else signed.earliest) if signed else None
    return tuple(
        Consent(
            signed=day,
            active=active,
            indication=condition,
            version=consent.codings("policyRule")[1],
            origin=consent.where,
            refused=refused,
            at=signed.at if signed else None,
        )
        for condition in conditions
    )


def _taken_back_beside(consent: Element, remarks: Remarks) -> bool:
    """Whether an extension says that the consent was refused or taken back, in its name or its value; and what words or a
    check with the person leave open is said.
    """
    told = [each for each in beside(consent.raw) if not each.denied]
    state = next((each for each in told if _is_state(each)), None)
    if state is not None:
        remarks.add(
            f"{consent.where} carries an extension “{state.said[:80]}”, which says that it was refused or taken back. It counts as a "
            "refusal. Ask the patient."
        )
        return True
    words = consent.one("text")
    if any(_refuses(each.said) for each in told) or (words and _refuses(_TAGS.sub(" ", words.text("div")))):
        remarks.add(f"{consent.where} speaks of a refusal or of taking it back in its words. Read them.")
    if any(check.flag("verified") is False for check in consent.all("verification")):
        remarks.add(f"{consent.where} was not confirmed with the patient, its sender says. Ask the patient.")
    return False


def _is_state(extension: Extension) -> bool:
    """Whether an extension gives the state of a consent: a word of refusal, or a name of one with a yes, a code or a day."""
    short = len(extension.value.split()) <= _SHORT
    return short and (_refuses(extension.value) or _refuses(extension.name))


_SHORT = 3
_TAGS = re.compile(r"<[^<>]*>")


def _is_directive(consent: Element) -> bool:
    """An advance directive: what is wanted when the person can't speak, by its scope, category or words."""
    found = [concept.concept() for concept in consent.all("category")]
    return (
        consent.status("scope") == "adr"
        or any(code.code in _DIRECTIVES for codes, _ in found for code in codes)
        or any(_WORDS.names(text) >= {"directive"} for _, text in found)
    )


def _refuses(text: str) -> bool:
    """A text that says no: in a word of refusal, or by denying the medicine itself."""
    return "refusal" in _WORDS.names(text) or _WORDS.mentions(text).get(KETAMINE) is Mention.DENIED


def _denies(provision: Element | None, remarks: Remarks, where: str) -> bool:
    """A provision of the type deny, or one within it that denies the medicine or all; any other exception is said."""
    if provision is None:
        return False
    if provision.text("type") == "deny":
        return True
    exceptions = [p for p in provision.all("provision") if p.text("type") == "deny"]
    for exception in exceptions:
        codes, texts = _named(exception.all("code"))
        if _names_ketamine(codes, texts) or not any(exception.has(limit) for limit in _LIMITS):
            return True
    if exceptions:
        remarks.add(f"{where} leaves out something that is not read here. Read what it excludes.")
    return False


def _says_only_consent(consent: Element, provision: Element | None) -> bool:
    """Whether nothing in it names a treatment: its categories are those that every consent may carry."""
    categories = [concept.concept()[0] for concept in consent.all("category")]
    general = all(any((c.system, c.code) in _SAYS_NOTHING for c in codes) for codes in categories)
    return general and not (provision and provision.has("code"))


def _holds(provision: Element | None, as_of: date, remarks: Remarks) -> bool:
    period = provision.one("period") if provision else None
    if period is None:
        return True
    start, end = period.moment("start", remarks), period.moment("end", remarks)
    return (start is None or start.latest <= as_of) and (end is None or as_of <= end.earliest)


def _names_ketamine(codes: list[Coding], texts: list[str]) -> bool:
    return any(KETAMINE in text.lower().replace("esketamine", "") for text in texts) or any(
        (code.system, code.code) == _KETAMINE_CODE for code in codes
    )


def _subject_matter(consent: Element, provision: Element | None) -> tuple[list[Coding], list[str]]:
    """Every code and text that says what is consented to; that it is a consent at all says nothing."""
    codes, texts = _named(consent.all("category") + (provision.all("code") if provision else []))
    return codes, [text for text in (consent.codings("policyRule")[1], *texts) if text]


def _named(concepts: Iterable[Element]) -> tuple[list[Coding], list[str]]:
    codes: list[Coding] = []
    texts: list[str] = []
    for concept in concepts:
        found, text = concept.concept()
        telling = [code for code in found if (code.system, code.code) not in _SAYS_NOTHING]
        codes += telling
        texts += [concept.text("text") if len(telling) < len(found) else text, *(c.display for c in telling)]
    return codes, [text for text in texts if text]
