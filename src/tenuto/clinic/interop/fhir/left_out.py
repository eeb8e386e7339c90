"""What is said of the entries that no mapper reads, and of what stands in an entry where its mapper does not look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tenuto.clinic.interop.fhir import kinds, reasons
from tenuto.clinic.interop.fhir.elements import Element, Remarks, clean
from tenuto.clinic.interop.fhir.marks import changes_meaning, test_data
from tenuto.clinic.interop.fhir.sent import kept_back
from tenuto.clinic.interop.fhir.subjects import BundleEntry, Index, Whose, others_named, whose
from tenuto.core.intake.reading_report import Ending, listed

__all__ = [
    "OF_RELATIVES",
    "help_read",
    "judge_person",
    "leave",
    "not_this_persons",
    "references",
    "say_beside_answers",
    "say_reasons",
    "say_version",
    "says",
]


def help_read(entry: BundleEntry, named: frozenset[int], stated: frozenset[str], remarks: Remarks) -> None:
    """An entry that is read through what refers to it: where nothing does, or it says more, a person looks."""
    remarks.begin(entry.label)
    resource = entry.resource
    if entry.kind == "Medication" and id(resource.raw) not in named:
        said = says(resource)
        remarks.add(
            f"{entry.label}{f' ({said})' if said else ''} is in the record, and nothing says whose it is. Ask whether it is taken."
        )
    elif mark := changes_meaning(resource):
        remarks.add(
            f"{entry.label} carries a mark that changes its meaning ({mark}) and is not understood here. Read it yourself."
        )
    elif not say_reasons(entry, stated, remarks):
        remarks.settle(Ending.NOT_NEEDED, "read through what refers to it")
    remarks.close()


def leave(
    entry: BundleEntry, person: BundleEntry, index: Index, stated: frozenset[str], remarks: Remarks
) -> None:
    """An entry of a type that is not read: not needed, or something that a person has to look at."""
    remarks.begin(entry.label)
    if version := kinds.other_version(entry.resource):
        say_version(entry, version, remarks)
        remarks.close()
        return
    why = "" if _may_be_anything(entry.resource) else kinds.not_needed(entry.kind)
    if not why and entry.kind == "DiagnosticReport":
        why = _only_repeats(entry.resource, index)
    joined = others_named(entry.resource, person, index) if entry.kind in _JOINING else []
    about_other = whose(entry.resource, person, index) is Whose.SOMEBODY_ELSE
    told = entry.kind == "Composition" and not about_other and _say_narrative(entry, stated, remarks)
    if joined:
        remarks.add(
            f"{entry.label} joins this person with {listed(joined)}, whose record is not here. Find out whether both are one "
            "person, and whether anything is missing or mixed."
        )
    elif (
        (entry.kind == "RelatedPerson" and not about_other and _say_risk(entry, stated, remarks))
        or (entry.kind == "Composition" and (_listed_and_absent(entry, index, remarks) or told))
        or (entry.kind == "RelatedPerson" and not about_other and _say_guardian(entry, remarks))
        or (entry.kind == "List" and not about_other and _say_kept_back(entry, remarks))
    ):
        pass
    elif why and (about_other or not say_reasons(entry, stated, remarks)):
        remarks.settle(Ending.NOT_NEEDED, why)
    elif not why and about_other:
        not_this_persons(entry, remarks)
    elif entry.kind in OF_RELATIVES and _of_a_relative(entry, remarks):
        pass
    elif not why:
        _name_unread(entry, stated, remarks)
        _say_risk(entry, stated, remarks)
    remarks.close()


_KNOWN_EMPTY = ("nilknown", "notstarted")


def _say_kept_back(entry: BundleEntry, remarks: Remarks) -> bool:
    """Say a list that is empty for a reason, such as that its entries are withheld."""
    reason = entry.resource.status("emptyReason")
    if not reason or reason in _KNOWN_EMPTY:
        return False
    title = entry.resource.text("title") or entry.resource.codings("code")[1] or "without a title"
    sentence = f"{entry.label} (“{title[:80]}”) is empty ({reason[:40]}). Ask for what it would hold."
    remarks.add(sentence)
    if reason == "withheld":
        remarks.settle(Ending.WITHHELD, sentence)
    return True


def _say_risk(entry: BundleEntry, stated: frozenset[str], remarks: Remarks) -> bool:
    """What an entry that nobody reads tells of a risk of suicide, such as a flag: it is not left among the others. Hazard H18."""
    if entry.kind in OF_RELATIVES:
        return False
    told = [each for each in reasons.only_here(entry.resource, stated) if reasons.tells_risk(each)]
    if told:
        named = listed(f"“{each[:80]}”" for each in told)
        remarks.add(f"{entry.label} names {named}. Ask about it, and do a suicide triage today.")
    return bool(told)


OF_RELATIVES = ("FamilyMemberHistory",)
"""Types whose words are about somebody else than the patient."""


def _of_a_relative(entry: BundleEntry, remarks: Remarks) -> bool:
    """Say whose illness an entry tells, and which; False where it tells none, so that nobody knows what is in it."""
    resource = entry.resource
    conditions = [each.codings("code")[1] for each in resource.all("condition")]
    told = list(dict.fromkeys(reasons.only_here(resource, ())))
    if not (told or any(conditions)) or resource.text("status") in ("health-unknown", "partial"):
        return False
    whom = resource.codings("relationship")[1] or "which one is not said"
    named = listed((f"“{each[:80]}”" for each in (told or filter(None, conditions))), most=6)
    sentence = f"{entry.label} is about a relative of this person ({whom[:60]}): {named}"
    if told:
        remarks.add(f"{sentence}. Ask about it, and compare it with what was answered about the family.")
    remarks.settle(Ending.SOMEBODY_ELSE, sentence)
    return True


_BOOKKEEPING = (
    "account", "adjudicat", "adminact", "invoice", "predetermine", "predetreq", "protocol", "study", "aptmtreq",
)  # fmt: skip
"""What FHIR's codes of a Basic have that is no statement about the person's health."""


def _may_be_anything(resource: Element) -> bool:
    """Whether an entry is of the type for all that has none, and not of a kind that is known to be bookkeeping."""
    if resource.text("resourceType") != "Basic":
        return False
    return not any(coding.code.lower() in _BOOKKEEPING for coding in resource.codings("code")[0])


def _say_narrative(entry: BundleEntry, stated: frozenset[str], remarks: Remarks) -> bool:
    """Say what the title and the words of a document tell beside its entries; True when they tell something."""
    document, found = entry.resource, False
    waiting = document.all("section")
    for section in waiting:
        waiting += section.all("section")
    parts = [("the title", document.text("title")), ("the summary", _written(document))]
    parts += [
        (f"the section “{each.text('title')[:60]}”", _written(each)) for each in waiting if each.has("entry")
    ]
    for where, text in parts:
        if told := reasons.titles_told(text, stated):
            found = True
            remarks.add(
                f"{entry.label}: the words of {where} may tell of what no diagnosis of the record does ({listed(told)}). Read them."
            )
    return found


def _written(holder: Element) -> str:
    narrative = holder.one("text")
    return reasons.without_tags(narrative.text("div")) if narrative else ""


def _listed_and_absent(entry: BundleEntry, index: Index, remarks: Remarks) -> bool:
    """Say what a table of contents names that was not sent; True when there is such."""
    waiting, absent = entry.resource.all("section"), []
    for section in waiting:
        waiting += section.all("section")
        for named in section.all("entry"):
            address = named.text("reference")
            if address and not address.startswith("#") and index.find(address, entry.resource) is None:
                absent.append(named.text("display") or address)
    if absent:
        remarks.add(f"{entry.label} lists what is not in the file: {listed(absent)}. Ask for it.")
    return bool(absent)


def _say_guardian(entry: BundleEntry, remarks: Remarks) -> bool:
    """Say who decides in the person's place; True when somebody does."""
    named = listed(dict.fromkeys(f"“{each[:60]}”" for each in reasons.guardians(entry.resource)))
    if named:
        remarks.add(
            f"{entry.label} names somebody who decides for this person ({named}). Find out who consents to this treatment."
        )
    return bool(named)


def judge_person(entry: BundleEntry, remarks: Remarks) -> None:
    """What the sender says of the record of the person as a whole."""
    _say_guardian(entry, remarks)
    if mark := changes_meaning(entry.resource):
        remarks.add(
            f"{entry.label} carries a mark that changes its meaning ({mark}) and is not understood here. Read it yourself."
        )
    if test_data(entry.resource):
        remarks.add(f"{entry.label} is marked as test data. Check that this is a person's record.")
    for word in kept_back(entry.resource):
        remarks.add(f"{entry.label} is marked as {word}: something may be kept back. Ask for the rest.")


def say_beside_answers(response: Element, stated: frozenset[str], remarks: Remarks) -> None:
    """What a form says beside its answers: in extensions, and in a narrative where nothing was answered."""
    beside: dict[str, Any] = {
        name: response.raw[name] for name in ("resourceType", "extension") if name in response.raw
    }
    if not any(True for _ in _answered(response)):
        beside["text"] = response.raw.get("text")
    told = [f"“{each[:80]}”" for each in reasons.only_here(Element(beside, response.where), stated)]
    if told:
        remarks.add(
            f"{response.where} names {listed(dict.fromkeys(told))} beside its answers. Read it, and ask about it."
        )


def _answered(holder: Element) -> Iterator[Element]:
    for item in holder.all("item"):
        yield from item.all("answer")
        yield from _answered(item)


def say_reasons(entry: BundleEntry, stated: frozenset[str], remarks: Remarks) -> bool:
    """Say what an entry tells where nobody reads it; True when it tells something."""
    if kinds.is_silent(entry.kind):
        return False
    found = list(reasons.only_here(entry.resource, stated))
    told = [f"“{reason[:80]}”" for reason in found]
    if told:
        if any(reasons.tells_risk(reason, entry.kind) for reason in found):
            ask = "Ask about it, and do a suicide triage today."
        else:
            ask = (
                "Ask about it." if all(map(reasons.only_treated, found)) else "Ask whether the person has it."
            )
        remarks.add(f"{entry.label} names {listed(told)}, and no diagnosis of the record does. {ask}")
    named = [f"“{text[:80]}”" for text in reasons.pressures(entry.resource)]
    if named:
        remarks.add(
            f"{entry.label} names a blood pressure only in words: {listed(dict.fromkeys(named))}. They are not used. Record it with its date."
        )
    others = (
        [f"“{text[:80]}”" for text in reasons.other_medicines(entry.resource)]
        if entry.kind in (*_MEDICINES, *_SUPPLIES)
        else []
    )
    if others:
        remarks.add(
            f"{entry.label} names another medicine in its words: {listed(dict.fromkeys(others))}. Ask whether it is taken."
        )
    taken = [
        f"“{text[:80]}”" for text in reasons.medicines_named(entry.resource, stated) if text not in found
    ]
    if taken:
        remarks.add(
            f"{entry.label} names a medicine only in its words: {listed(dict.fromkeys(taken))}. Ask whether it is taken, and record it."
        )
        others += taken
    if reasons.in_hospital(entry.resource):
        remarks.add(
            f"{entry.label} says that the person is in a hospital now ({entry.resource.text('status')}). Ask why, and whether it is over."
        )
        told.append(entry.label)
    care = reasons.in_care(entry.resource)
    if care:
        remarks.add(
            f"{entry.label} says that the person is in care now (“{care[:80]}”). Ask who treats, and whether they know of this treatment."
        )
        told.append(care)
    elsewhere = list(dict.fromkeys(f"“{each[:80]}”" for each in reasons.treatments_elsewhere(entry.resource)))
    if elsewhere:
        remarks.add(
            f"{entry.label} names {listed(elsewhere)}. Ask when that is or was, and whether whoever gives it knows of this treatment."
        )
        told += elsewhere
    died = reasons.death(entry.resource)
    if died:
        remarks.add(
            f"{entry.label} says that the person has died (“{died[:80]}”). Find out whose record this is before anything is planned."
        )
    return bool(told or named or others or died)


_SUPPLIES = ("SupplyDelivery", "SupplyRequest")


_MEDICINES = ("MedicationRequest", "MedicationStatement")


def _name_unread(entry: BundleEntry, stated: frozenset[str], remarks: Remarks) -> None:
    version = kinds.other_version(entry.resource)
    if version:
        remarks.add(
            f"{entry.label} is written in FHIR {version}, not R4, and was not read. Ask for an export as R4."
        )
        return
    what = kinds.could_matter(entry.kind) if entry.kind else "a fact that is asked for"
    kind, said = entry.kind or "A part without a type", says(entry.resource)
    more = [f"“{each[:80]}”" for each in reasons.only_here(entry.resource, stated) if each[:80] not in said]
    remarks.add_unread(kind, what, ": ".join(filter(None, (said, listed(dict.fromkeys(more))))))


_JOINING = ("Linkage", "Person")
"""Types by which a sender says that several records are one person's."""


def _only_repeats(report: Element, index: Index) -> str:
    """Why a report is not needed: each of its results is an entry by itself, and it says nothing more."""
    results = report.all("result")
    more = report.has("conclusion") or report.has("conclusionCode") or report.has("presentedForm")
    here = all(index.find(r.text("reference"), report) is not None for r in results)
    return "its results are entries by themselves" if results and here and not more else ""


def say_version(entry: BundleEntry, version: str, remarks: Remarks) -> None:
    remarks.add(
        f"{entry.label} is written in FHIR {version}, not R4, and was not read. Ask for an export as R4."
    )


def not_this_persons(entry: BundleEntry, remarks: Remarks) -> None:
    sentence = f"{entry.label} is about somebody else; not used. Remove it from this person's record."
    remarks.add(sentence)
    remarks.settle(Ending.SOMEBODY_ELSE, sentence)


def says(resource: Element) -> str:
    """What a resource calls itself, such as `“Cerebral aneurysm”`; empty when it says nothing."""
    for name in ("code", "medicationCodeableConcept", "type", "category", "scope"):
        sent = resource.raw.get(name)
        if isinstance(sent, dict | str):
            text = resource.codings(name)[1]
            if text:
                return f"“{text[:80]}”"
    title = resource.raw.get("title")
    return f"“{clean(title)[:80]}”" if isinstance(title, str) and title.strip() else ""


def references(sent: Any) -> Iterator[str]:
    if isinstance(sent, list):
        for each in sent:
            yield from references(each)
    elif isinstance(sent, dict):
        for name, value in sent.items():
            if name == "reference" and isinstance(value, str):
                yield value
            else:
                yield from references(value)
