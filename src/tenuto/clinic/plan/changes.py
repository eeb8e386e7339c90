"""What differs between two contents of a plan, in words: for a revision, and when something moved before a signature."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tenuto.clinic.ui.words import count, day, long_day

__all__ = ["Change", "changes"]

Content = Mapping[str, Any]
SHORT = 12
"""Letters of a digest that are shown."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs; empty where there was nothing before, or is nothing now."""

    what: str
    before: str
    after: str


def changes(before: Content, after: Content) -> tuple[Change, ...]:
    """Every difference that matters to a reader: protocol, policy, dose, dates, gate, findings, facts, company."""
    pairs = (Change(what, _LINES[what](before), _LINES[what](after)) for what in _LINES)
    return (*(c for c in pairs if c.before != c.after), *_findings(before, after))


def _patient(content: Content) -> str:
    who = content["patient"]
    return ", ".join(filter(None, [who["name"], who["birth_date"], *who["identifiers"]]))


def _protocol(content: Content) -> str:
    pin = content["pins"]["protocol"]
    return f"{pin['title']}, version {pin['version']} ({pin['sha256'][:SHORT]})" if pin else "none"


def _policy(content: Content) -> str:
    pin = content["pins"]["policy"]
    signed = "signed" if pin["signed"] else "not signed"
    return f"{pin['id']} version {pin['version']}, {signed} ({pin['sha256'][:SHORT]})"


def _decision(content: Content) -> str:
    decision = content["pins"]["decision"]
    return (
        f"{decision['text']}, by {decision['by']}, {decision['at'][:16].replace('T', ' ')}"
        if decision
        else "none"
    )


def _facts(content: Content) -> str:
    return f"facts {content['pins']['facts_sha256'][:SHORT]}"


def _dose(content: Content) -> str:
    dose = content["proposal"]["dose"]
    if dose is None:
        return "none"
    return (
        f"{dose['dose_mg']} mg over {dose['minutes']} min ({dose['ordered_mg_per_kg']} mg/kg on "
        f"{dose['weight_kg']} kg, {dose['weight_basis']} weight)"
    )


def _bag(content: Content) -> str:
    dose = content["proposal"]["dose"] or {}
    if dose.get("rate_ml_per_h") is None:
        return "not chosen"
    return (
        f"vial {dose['vial_mg_per_ml']} mg/mL, {dose['drug_volume_ml']} mL in {dose['total_volume_ml']} mL, "
        f"{dose['rate_ml_per_h']} mL/h"
    )


def _series(content: Content) -> str:
    found = content["proposal"]["series"]
    days = [date.fromisoformat(planned["date"]) for planned in found]
    if not days:
        return "none"
    optional = sum(planned["kind"] != "induction" for planned in found)
    words = f"{count(len(days), 'infusion')}: {', '.join(map(day, days[:-1]))} and {long_day(days[-1])}"
    if len(days) == 1:
        words = f"1 infusion: {long_day(days[0])}"
    return f"{words}; {optional} only if the review says so" if optional else words


def _given(content: Content) -> str:
    return "; ".join(given["words"] for given in content["given"]) or "none"


def _maintenance(content: Content) -> str:
    rule = content["proposal"]["maintenance"]
    return rule["text"] if rule else "none"


def _gate(content: Content) -> str:
    return str(content["proposal"]["gate"])


def _company(content: Content) -> str:
    return "; ".join(
        f"{c['title']}: {', '.join(c['names']) or ('on record' if c['met'] else 'not on record')}"
        for c in content["company"]
    )


def _as_of(content: Content) -> str:
    return long_day(date.fromisoformat(content["as_of"]))


_LINES = {
    "Who": _patient,
    "Worked out on": _as_of,
    "Protocol": _protocol,
    "Policy": _policy,
    "Dose": _dose,
    "Vial and bag": _bag,
    "Infusions given": _given,
    "Series": _series,
    "Maintenance": _maintenance,
    "Gate": _gate,
    "Decision of intake": _decision,
    "Recorded facts": _facts,
    "Required beside": _company,
}


def _findings(before: Content, after: Content) -> Iterator[Change]:
    old, new = _messages(before), _messages(after)
    for message in old:
        if message not in new:
            yield Change("Finding gone", message, "")
    for message in new:
        if message not in old:
            yield Change("New finding", "", message)


def _messages(content: Content) -> list[str]:
    return [f"{f['level']}: {f['message']}" for f in content["proposal"]["findings"] if f["level"] != "PASS"]
