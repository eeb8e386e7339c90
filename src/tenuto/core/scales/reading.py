"""Reads the instruments from `instruments/<id>/`: definition.toml, NOTICE, and the hashes that pin every shipped word."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from tenuto.core.scales.definition import (
    Band,
    ChangeRules,
    Completeness,
    Condition,
    Criterion,
    Direction,
    Instrument,
    Item,
    Option,
    Part,
    Rater,
    Release,
    Remission,
    Rights,
    ScaleError,
    Take,
    Threshold,
    Tier,
)
from tenuto.core.scales.totals import bounds
from tenuto.core.scales.wording import fingerprint
from tenuto.core.sources import basis_from

__all__ = ["ROOT", "find", "instrument", "instruments", "read", "texts"]

ROOT = Path(__file__).with_name("instruments")


@cache
def instruments() -> Mapping[str, Instrument]:
    """Every instrument by id, in alphabetical order."""
    return {folder.name: read(folder) for folder in sorted(ROOT.iterdir()) if folder.is_dir()}


def instrument(instrument_id: str) -> Instrument:
    """The instrument with this id, such as `phq9`; ScaleError lists those that exist."""
    try:
        return instruments()[instrument_id]
    except KeyError:
        known = ", ".join(instruments())
        raise ScaleError(f"'{instrument_id[:40]}' is not a known instrument. Use one of {known}.") from None


def find(name: str) -> Instrument | None:
    """The instrument with this id or title, such as `phq9` or `PHQ-9`, in any case; None when there is none."""
    wanted = name.casefold()
    return next((i for i in instruments().values() if wanted in (i.id, i.title.casefold())), None)


def read(folder: Path) -> Instrument:
    """Read one instrument's folder. ScaleError names the file, the entry and what is wrong with it."""
    try:
        raw = tomllib.loads((folder / "definition.toml").read_text("utf-8"), parse_float=Decimal)
        built = _instrument(raw, _rights(folder))
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ScaleError(f"{folder.name}/definition.toml: {error}") from error
    _check(built, folder, raw)
    return built


def _instrument(raw: Mapping[str, Any], rights: Rights) -> Instrument:
    items = tuple(_items(raw))
    total = raw["total"]
    return Instrument(
        id=raw["id"],
        version=int(raw["version"]),
        title=raw["title"],
        name=raw["name"],
        tier=Tier(raw["tier"]),
        rater=Rater(raw["rater"]),
        recall=raw["recall"],
        cadence=raw.get("cadence", ""),
        higher=Direction(raw["higher"]),
        stem=raw.get("stem", ""),
        items=items,
        parts=tuple(_part(entry) for entry in raw.get("parts", ())),
        total=Take(total["take"]),
        decimals=int(total.get("decimals", 0)),
        lowest=Decimal(total.get("range", (0, 0))[0]),
        highest=Decimal(total.get("range", (0, 0))[1]),
        bands=tuple(
            Band(Decimal(low), Decimal(high), label)
            for low, high, label in raw.get("bands", {}).get("table", ())
        ),
        bands_basis=basis_from(raw["bands"], where="[bands]") if "bands" in raw else None,
        criteria=tuple(_criterion(entry) for entry in raw.get("criteria", ())),
        completeness=_completeness(raw["completeness"]),
        change=_change(raw.get("change", {})),
        loinc_panel=raw.get("loinc", {}).get("panel", ""),
        loinc_total=raw.get("loinc", {}).get("total", ""),
        rights=rights,
        basis=basis_from(raw, where="the definition"),
    )


def _items(raw: Mapping[str, Any]) -> Iterator[Item]:
    """Items written out, and blocks of items that have a neutral label only."""
    choices = {name: tuple(_option(o) for o in entries) for name, entries in raw.get("options", {}).items()}
    for entry in raw.get("items", ()):
        asked = entry.get("asked_when")
        yield Item(
            str(entry["id"]),
            entry["text"],
            choices[entry["options"]],
            entry.get("scored", True),
            entry.get("loinc", ""),
            (str(asked[0]), int(asked[1])) if asked else None,
        )
    for block in raw.get("blocks", ()):
        asked = block.get("asked_when")
        scores = block.get("scores", block["values"])
        options = tuple(
            Option(int(v), str(v), Decimal(s)) for v, s in zip(block["values"], scores, strict=True)
        )
        for number in range(int(block["from"]), int(block["to"]) + 1):
            codes = block.get("loinc", ())
            yield Item(
                str(number),
                f"Item {number}",
                options,
                block.get("scored", True),
                codes[number - int(block["from"])] if codes else "",
                (str(asked[0]), int(asked[1])) if asked else None,
            )


def _option(entry: Mapping[str, Any]) -> Option:
    value = int(entry["value"])
    return Option(value, entry["label"], Decimal(entry.get("score", value)), entry.get("loinc", ""))


def _part(entry: Mapping[str, Any]) -> Part:
    return Part(
        entry["id"],
        entry["title"],
        tuple(str(i) for i in entry["items"]),
        Take(entry.get("take", "sum")),
        entry.get("in_total", False),
        int(entry.get("needs", 0)),
    )


def _condition(entry: Mapping[str, Any]) -> Condition:
    of = next(kind for kind in ("total", "item", "count") if kind in entry)
    return Condition(
        of,
        "" if of == "total" else str(entry[of]),
        Decimal(entry["at_least"]) if "at_least" in entry else None,
        Decimal(entry["at_most"]) if "at_most" in entry else None,
        int(entry.get("from_value", 0)),
    )


def _criterion(entry: Mapping[str, Any]) -> Criterion:
    return Criterion(
        entry["id"],
        entry["title"],
        tuple(_condition(c) for c in entry["all"]),
        tuple(entry.get("sexes", ())),
        basis_from(entry, where=f"criterion {entry['id']}"),
    )


def _completeness(entry: Mapping[str, Any]) -> Completeness:
    most = int(entry.get("most_missing", 0))
    return Completeness(
        most,
        int(entry.get("most_missing_in_part", most)),
        tuple(str(i) for i in entry.get("never", ())),
        entry.get("by_default", False),
        basis_from(entry, where="[completeness]"),
    )


def _threshold(entry: Mapping[str, Any], label: str) -> Threshold:
    return Threshold(
        entry.get("label", label),
        Decimal(entry["points"]) if "points" in entry else None,
        Decimal(entry["percent"]) if "percent" in entry else None,
        basis_from(entry, where=f"[change] {label}"),
    )


def _change(entry: Mapping[str, Any]) -> ChangeRules:
    reliable = entry.get("reliable")
    return ChangeRules(
        _threshold(entry["response"], "response") if "response" in entry else None,
        tuple(
            Remission(
                Decimal(r["at_most"]), Decimal(r.get("fall", 0)), basis_from(r, where="[change] remission")
            )
            for r in entry.get("remission", ())
        ),
        _threshold(reliable, "larger than measurement noise") if reliable else None,
        Decimal(reliable["sd"]) if reliable and "sd" in reliable else None,
        Decimal(reliable["reliability"]) if reliable and "reliability" in reliable else None,
        tuple(_threshold(m, "meaningful") for m in entry.get("meaningful", ())),
    )


def _rights(folder: Path) -> Rights:
    """The NOTICE: `Key: value` lines; `Terms` may be repeated, one line a sentence quoted from its holder."""
    fields: dict[str, list[str]] = {}
    for line in (folder / "NOTICE").read_text("utf-8").splitlines():
        key, colon, value = line.partition(":")
        if line.strip() and not colon:
            raise ScaleError(f"NOTICE has a line without a key: '{line[:60]}'.")
        if colon:
            fields.setdefault(key.strip(), []).append(value.strip())
    return Rights(
        fields["Holder"][0],
        tuple(fields["Terms"]),
        fields["Source"][0],
        date.fromisoformat(fields["Accessed"][0]),
        Release(fields["Release"][0]),
        " ".join(fields.get("Note", ())),
    )


def texts(built: Instrument) -> dict[str, str]:
    """The hash of everything that a person reads: the stem, each item, and each item's answers, by name."""
    found = {"stem": fingerprint(built.stem)} if built.stem else {}
    for item in built.items:
        found[f"item {item.id}"] = fingerprint(item.text)
        found[f"answers {item.id}"] = fingerprint([o.label for o in item.options])
    return found


def _check(built: Instrument, folder: Path, raw: Mapping[str, Any]) -> None:
    """Refuse a definition that contradicts itself or whose wording is not the pinned one."""
    if built.id != folder.name:
        raise ScaleError(f"{folder.name}: the definition calls itself '{built.id}'.")
    ids = [item.id for item in built.items]
    if len(set(ids)) < len(ids):
        raise ScaleError(f"{built.id}: an item id is used twice.")
    for part in built.parts:
        for item_id in part.items:
            built.item(item_id)
    if built.total is not Take.NONE and bounds(built, {}) != (built.lowest, built.highest):
        raise ScaleError(
            f"{built.id}: the range says {built.lowest} to {built.highest}, the items {bounds(built, {})}."
        )
    if built.tier is Tier.SCORE_ONLY:
        if "items" in raw or built.stem:
            raise ScaleError(f"{built.id} is score-only: it must not carry text. Use a text pack.")
        return
    pinned = tomllib.loads((folder / "hashes.toml").read_text("utf-8"))
    actual = texts(built)
    for name in sorted(set(pinned) | set(actual)):
        if pinned.get(name) != actual.get(name):
            raise ScaleError(
                f"{built.title}, {name}: the wording is not the pinned one. Restore it; a changed wording is another "
                "instrument, with its own id."
            )
