"""The rules that judge a person and a plan, as one named content: what a decision and a signature pin beside the policy.

A rule is an entry of the literature that the gate reads: a required fact, a contraindication, an interaction. Its words
and what it rests on are left out: correcting a sentence or adding a source changes no judgement.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from tenuto.core.data import parse_toml
from tenuto.core.data.digest import content_digest
from tenuto.core.intake.difference import Difference
from tenuto.core.literature import ROOT

__all__ = ["Rules", "rule_changes", "rules_now"]

JUDGING: Mapping[str, str] = {
    "facts": "Required fact",
    "conditions": "Condition",
    "contraindications": "Contraindication",
    "interactions": "Interaction",
    "labs": "Test",
    "requirements": "Requirement of a protocol",
    "maintenance": "Maintenance rule",
    "body_weight": "Dosing weight",
    "products": "Product",
}
"""The files of the literature that the gate reads, and what an entry of each is called."""
WORDS: Mapping[str, frozenset[str]] = {
    "facts": frozenset(("title", "ask", "advice", "advice_for", "group", "path")),
    "conditions": frozenset(("title", "grade", "summary")),
    "contraindications": frozenset(("title", "advice")),
    "interactions": frozenset(("title", "effect", "action")),
    "labs": frozenset(("title", "why", "again")),
    "requirements": frozenset(("title", "ask")),
    "maintenance": frozenset(("text",)),
}
"""What is only said of an entry, and judges nothing."""
BASIS = frozenset(("id", "evidence", "sources", "source", "note", "codes_evidence"))


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules at one time: each entry under `file/id`, with its title and what it judges by."""

    sha256: str
    entries: Mapping[str, Mapping[str, Any]]


@cache
def rules_now() -> Rules:
    """The rules that this program judges by."""
    entries = {key: entry for name in JUDGING for key, entry in _entries(name)}
    return Rules(content_digest({key: entry["judges"] for key, entry in entries.items()}), entries)


def rule_changes(
    before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]
) -> tuple[Difference, ...]:
    """Every rule that is new, gone or judges otherwise. Empty exactly when both have the same digest."""
    keys = [key for key in {**before, **after} if _judges(before, key) != _judges(after, key)]
    return tuple(_change(key, before.get(key), after.get(key)) for key in keys)


def _entries(name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    raw = parse_toml((ROOT / f"{name}.toml").read_text("utf-8"), name=f"{name}.toml")
    for key, value in raw.items():
        if isinstance(value, list) and all(isinstance(each, dict) for each in value):
            yield from (
                (f"{name}/{each.get('id', each.get('title', ''))}", _entry(name, each)) for each in value
            )
        else:
            yield f"{name}/{key}", _entry(name, value if isinstance(value, dict) else {key: value})


def _entry(name: str, raw: Mapping[str, Any]) -> Mapping[str, Any]:
    told = WORDS.get(name, frozenset()) | BASIS
    return {
        "title": str(raw.get("title", raw.get("text", raw.get("id", "")))),
        "judges": {key: _plain(value) for key, value in raw.items() if key not in told},
    }


def _plain(value: Any) -> Any:
    """JSON values: a decimal as its text."""
    match value:
        case Decimal():
            return str(value)
        case list():
            return [_plain(each) for each in value]
        case dict():
            return {key: _plain(each) for key, each in value.items()}
    return value


def _judges(entries: Mapping[str, Mapping[str, Any]], key: str) -> Any:
    entry = entries.get(key)
    return None if entry is None else entry["judges"]


def _change(key: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Difference:
    name, _, id_ = key.partition("/")
    title = (new or old or {}).get("title") or id_
    what = f"{JUDGING.get(name, name)}: {title}"
    if old is None:
        return Difference(what, "", f"new; {_said(new)}")
    if new is None:
        return Difference(what, _said(old), "no longer asked")
    moved = [k for k in {**old["judges"], **new["judges"]} if old["judges"].get(k) != new["judges"].get(k)]
    return Difference(what, _line(old["judges"], moved), _line(new["judges"], moved))


def _said(entry: Mapping[str, Any] | None) -> str:
    judges = entry["judges"] if entry else {}
    return (
        _line(judges, [k for k in ("planning", "starting", "level", "active") if k in judges]) or "as listed"
    )


def _line(judges: Mapping[str, Any], keys: list[str]) -> str:
    return "; ".join(f"{key.replace('_', ' ')}: {_value(judges.get(key))}" for key in keys)


def _value(value: Any) -> str:
    match value:
        case None:
            return "not set"
        case list():
            return ", ".join(map(str, value)) if len(value) <= _SHORT else f"{len(value)} entries"
        case dict():
            return ", ".join(f"{key} {_value(each)}" for key, each in value.items())
    return str(value)


_SHORT = 6
