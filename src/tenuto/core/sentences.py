"""Whether what was typed says something: a judgement that others rely on is given in a sentence, not with one letter."""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = [
    "LONGEST_NAME",
    "LONGEST_REASON",
    "check_length",
    "check_line",
    "check_note",
    "check_reason",
    "inside",
    "is_sentence",
    "shortened",
    "without_unseen",
]

LONGEST_REASON = 500
LONGEST_NAME = 120
"""Of a clinic or of a person who works there."""
_UNSEEN = (
    dict.fromkeys(
        [*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xE0000, 0xE0080), 0x200B, 0x2060, 0xFEFF]
    )
    | dict.fromkeys([*range(0x01, 0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0)], " ")
    | {0x85: "\n", 0x2028: "\n", 0x2029: "\n"}
)
"""What turns the rest of a line around, hides in a word or steers a terminal. Marks and joiners that scripts need are none."""
REASON_MISSING = "A reason is missing. Write in a sentence why."
NOTE_MISSING = "A reason is missing. Say why in one sentence."


def is_sentence(text: str) -> bool:
    """Whether a text has two different words or more, and at least one of them two letters.

    It can't know whether a sentence is true; it keeps `x`, `.`, `ok` and `xx xx` from standing for a reason. [D]
    """
    words = set(re.findall(r"\w+", text.casefold()))
    return len(words) >= 2 and any(len(word) >= 2 and word.isalpha() for word in words)


def check_reason(
    text: str,
    ask: str = REASON_MISSING,
    *,
    refused: Callable[[str], Exception] = ValueError,
    longest: int = LONGEST_REASON,
) -> str:
    """A reason for going on, stopping or changing what stands, without the space around it.

    Raises `refused` with the sentence `ask` where it is no sentence, and with another where it is too long to be kept whole.
    """
    if not is_sentence(text):
        raise refused(ask)
    return check_length(text, longest, refused=refused)


def check_length(text: str, longest: int, *, refused: Callable[[str], Exception] = ValueError) -> str:
    """What somebody wrote, without the space around it. Nobody's words are cut: raises `refused` where they are too long."""
    found = text.strip()
    if len(found) > longest:
        raise refused(
            f"These words have {len(found)} characters, and {longest} are kept: '{shortened(found, 40)}'. Say it in fewer; nothing was saved."
        )
    return found


def shortened(text: str, longest: int) -> str:
    """What the program wrote, with an ellipsis at its end where it does not fit; the whole of it is on record elsewhere."""
    if len(text) <= longest:
        return text
    kept = text[: longest - 1]
    whole_words = kept[: kept.rfind(" ")] if " " in kept[longest // 2 :] else kept
    return f"{whole_words.rstrip()}\N{HORIZONTAL ELLIPSIS}"


def inside(title: str) -> str:
    """A title as it stands inside a sentence: its first letter small, unless its first word is an abbreviation such as ECG."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def check_note(text: str) -> str:
    """What is noted beside an act that needs no reason of its own, without the space around it: one word is enough.

    Raises ValueError where there is no word of two letters. [D]
    """
    if not any(len(word) >= 2 and word.isalpha() for word in re.findall(r"\w+", text)):
        raise ValueError(NOTE_MISSING)
    return text.strip()


def without_unseen(text: str) -> str:
    """A text without the characters that nobody sees; what steers a terminal becomes a space, what ends a line a line's end."""
    return text.translate(_UNSEEN)


def check_line(
    text: str, longest: int, *, what: str, refused: Callable[[str], Exception] = ValueError
) -> str:
    """A text of one line that everybody reads alike, such as a name: with one space between its words, and nothing unseen.

    Raises `refused` where nothing is left to read, where it is longer than `longest`, and for bytes that are no text. `what` names it.
    """
    if any("\ud800" <= each <= "\udfff" or each == "\0" for each in text):
        raise refused(f"{what} holds bytes that are no text in UTF-8. Type it again.")
    found = " ".join(without_unseen(text).split())
    if not found:
        raise refused(f"{what} is empty. Type it.")
    return check_length(found, longest, refused=refused)
