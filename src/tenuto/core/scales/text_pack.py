"""A clinic's text pack: the licensed wording of a score-only instrument, in a TOML file that the clinic keeps.

    instrument = "madrs"
    version = 1
    language = "en"
    holder = "Royal College of Psychiatrists"
    licence = "Licence 2026-017 of 3 March 2026 for use in this clinic's software"
    stem = ""

    [items.1]
    text = "..."
    answers = ["...", "..."]
    sha256 = "..."

`sha256` is the fingerprint of the item's text and its answers, as `wording.fingerprint([text, *answers])` gives it, so
that a slip of the keyboard after the licence was checked is found.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tenuto.core.scales.definition import Instrument, Item, ScaleError, Tier
from tenuto.core.scales.reading import instrument
from tenuto.core.scales.wording import fingerprint

__all__ = ["TextPack", "TextPackError", "apply", "load"]


class TextPackError(ScaleError):
    """A text pack that can't be used; the message names the entry and the fix."""


@dataclass(frozen=True, slots=True)
class TextPack:
    """Licensed wording of one instrument in one language: texts and answer labels by item id."""

    instrument: str
    version: int
    language: str
    holder: str
    licence: str
    stem: str
    texts: Mapping[str, str]
    answers: Mapping[str, tuple[str, ...]]


_FIELDS = ("instrument", "language", "holder", "licence")


def load(text: str, *, name: str) -> TextPack:
    """Read and check a text pack. `name` is what an error calls it. Raises TextPackError.

    Every item of the instrument must be there, with as many answers as the instrument has, and no other; holder and
    licence must be stated; every hash must fit.
    """
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise TextPackError(f"{name} is not a TOML file: {error}.") from error
    for field in _FIELDS:
        if not isinstance(raw.get(field), str) or not raw[field].strip():
            raise TextPackError(f'{name} does not say its {field}. Add {field} = "...".')
    try:
        target = instrument(raw["instrument"])
    except ScaleError as error:
        raise TextPackError(f"{name}: {error}") from error
    if target.tier is not Tier.SCORE_ONLY:
        raise TextPackError(f"{name}: {target.title} has its text already; a text pack can't replace it.")
    if raw.get("version") != target.version:
        raise TextPackError(
            f"{name} is for version {raw.get('version')!r}; {target.title} is version {target.version}."
        )
    entries = raw.get("items")
    if not isinstance(entries, dict):
        raise TextPackError(f"{name} has no items. Add [items.1] and so on.")
    _same_items(name, target, entries)
    checked = {i.id: _item(name, i, entries[i.id]) for i in target.items}
    return TextPack(
        instrument=target.id,
        version=target.version,
        language=raw["language"].strip(),
        holder=raw["holder"].strip(),
        licence=raw["licence"].strip(),
        stem=str(raw.get("stem", "")).strip(),
        texts={key: words for key, (words, _) in checked.items()},
        answers={key: answers for key, (_, answers) in checked.items()},
    )


def _same_items(name: str, target: Instrument, entries: Mapping[str, Any]) -> None:
    known = [i.id for i in target.items]
    lacking = [i for i in known if i not in entries]
    unknown = [str(e)[:20] for e in entries if e not in known]
    if lacking:
        raise TextPackError(
            f"{name} lacks item {', '.join(lacking)} of {target.title}. A scale is used whole."
        )
    if unknown:
        raise TextPackError(f"{name} has item {', '.join(unknown)}, which {target.title} does not have.")


def _item(name: str, item: Item, entry: Any) -> tuple[str, tuple[str, ...]]:
    words = entry.get("text") if isinstance(entry, dict) else None
    answers = entry.get("answers") if isinstance(entry, dict) else None
    if not isinstance(words, str) or not words.strip():
        raise TextPackError(f"{name}, item {item.id}: there is no text.")
    if not isinstance(answers, list) or not all(isinstance(a, str) and a.strip() for a in answers):
        raise TextPackError(f"{name}, item {item.id}: answers must be a list of words, one for each answer.")
    if len(answers) != len(item.options):
        raise TextPackError(
            f"{name}, item {item.id}: {len(answers)} answers, the instrument has {len(item.options)}. Give them in the "
            f"order of the stored values {', '.join(str(o.value) for o in item.options)}."
        )
    if entry.get("sha256") != (right := fingerprint([words, *answers])):
        raise TextPackError(
            f"{name}, item {item.id}: the text does not fit its sha256. Compare it with the licensed original; if it is "
            f'right, write sha256 = "{right}".'
        )
    return words.strip(), tuple(a.strip() for a in answers)


def apply(pack: TextPack, to: Instrument) -> Instrument:
    """The instrument with the pack's words in place of neutral labels; scores and codes stay as they are."""
    if (pack.instrument, pack.version) != (to.id, to.version):
        raise TextPackError(
            f"This text pack is for {pack.instrument} version {pack.version}, not for {to.title}."
        )
    return replace(
        to,
        stem=pack.stem,
        items=tuple(
            replace(
                item,
                text=pack.texts[item.id],
                options=tuple(
                    replace(option, label=label)
                    for option, label in zip(item.options, pack.answers[item.id], strict=True)
                ),
            )
            for item in to.items
        ),
        rights=replace(to.rights, holder=pack.holder, terms=(pack.licence,)),
    )
