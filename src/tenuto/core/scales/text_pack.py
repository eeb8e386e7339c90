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

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tenuto.core.data import DataError, Table, read_toml
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


def load(text: str, *, name: str) -> TextPack:
    """Read and check a text pack. `name` is what an error calls it. Raises TextPackError.

    Every item of the instrument must be there, with as many answers as the instrument has, and no other; holder and
    licence must be stated; every hash must fit.
    """
    try:
        return read_toml(text, _pack, name=name)
    except TextPackError:
        raise
    except (DataError, ScaleError) as error:
        raise TextPackError(str(error)) from error


def _pack(file: Table) -> TextPack:
    target = instrument(file.text("instrument"))
    if target.tier is not Tier.SCORE_ONLY:
        raise TextPackError(
            f"{file.where}: {target.title} has its text already; a text pack can't replace it."
        )
    version = file.whole("version")
    if version != target.version:
        raise TextPackError(
            f"{file.where} is for version {version}; {target.title} is version {target.version}."
        )
    entries = file.table("items")
    _same_items(target, entries)
    checked = {i.id: _item(i, entries.table(i.id)) for i in target.items}
    return TextPack(
        instrument=target.id,
        version=target.version,
        language=file.text("language").strip(),
        holder=file.text("holder").strip(),
        licence=file.text("licence").strip(),
        stem=file.any_text("stem", "").strip(),
        texts={key: words for key, (words, _) in checked.items()},
        answers={key: answers for key, (_, answers) in checked.items()},
    )


def _same_items(target: Instrument, entries: Table) -> None:
    known = [i.id for i in target.items]
    lacking = [i for i in known if i not in entries.names()]
    unknown = [name[:20] for name in entries.names() if name not in known]
    if lacking:
        raise TextPackError(
            f"{entries.where} lacks item {', '.join(lacking)} of {target.title}. A scale is used whole."
        )
    if unknown:
        raise TextPackError(
            f"{entries.where} has item {', '.join(unknown)}, which {target.title} does not have."
        )


def _item(item: Item, entry: Table) -> tuple[str, tuple[str, ...]]:
    words, answers = entry.text("text"), entry.words("answers")
    if not all(answer.strip() for answer in answers):
        raise TextPackError(f"{entry.where}: an answer is empty. Write the words of each.")
    if len(answers) != len(item.options):
        raise TextPackError(
            f"{entry.where}: {len(answers)} answers, the instrument has {len(item.options)}. Give them in the "
            f"order of the stored values {', '.join(str(o.value) for o in item.options)}."
        )
    if entry.text("sha256") != (right := fingerprint([words, *answers])):
        raise TextPackError(
            f"{entry.where}: the text does not fit its sha256. Compare it with the licensed original; if it is "
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
