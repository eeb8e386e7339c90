"""Every message of the readers of files: it names a value, ends with what to do, and speaks no programmer's language.

Read from the source, so that a message that no test brings about is held to the same form.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "tenuto"
READERS = (
    "clinic/interop/fhir",
    "core/data/table.py",
    "core/durability/history_files.py",
    "core/durability/reading.py",
    "core/durability/record.py",
    "core/scheduling/reading.py",
    "cli/files.py",
)
SAY = re.compile(r"remarks\.add|_say|(?!Assertion)\w*(Error|Refused)|UnusableBundle")
ORDERS = frozenset(
    [
        "Add",
        "Ask",
        "Check",
        "Choose",
        "Correct",
        "Divide",
        "Do",
        "Empty",
        "Export",
        "Fill",
        "Find",
        "Finish",
        "Get",
        "Give",
        "Have",
        "Join",
        "Keep",
        "Look",
        "Make",
        "Measure",
        "Move",
        "Name",
        "Obtain",
        "Open",
        "Point",
        "Put",
        "Read",
        "Record",
        "Remove",
        "Repeat",
        "Save",
        "Score",
        "Send",
        "Sign",
        "Split",
        "Take",
        "Unpack",
        "Use",
        "Wait",
        "Write",
    ]
)
"""The first words of what to do."""
JARGON = re.compile(
    r"\b(resource|codeable|coding|array|boolean|null|modifier|exception|parse|invalid|deserial\w*|schema)\b",
    re.IGNORECASE,
)
HOLE = "\N{REPLACEMENT CHARACTER}"
"""Stands where a message names a value."""
WITHOUT_A_VALUE = frozenset(
    (
        "The Bundle is one page of several. Export all pages into one Bundle.",
        "The Bundle holds no Patient. Nobody can tell whose it is. Export it again with the Patient in it.",
        "The history is empty. Give a CSV with a heading and at least one score and one infusion.",
        "The cells are not separated by commas. Save the file as CSV with commas.",
        "The heading has a column with no name between others. Name it or take it out.",
        "The history has no list 'events'. Put the scores and infusions there.",
    )
)
"""Messages about something that is not there."""


def words_of(node: ast.AST) -> str:
    """The words of a string in the source, with a hole for each value."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(part.value if isinstance(part, ast.Constant) else HOLE for part in parts)
        case ast.BinOp(left=left):
            return words_of(left)
    return ""


def messages(source: str) -> Iterator[str]:
    """What a module says to a person: the whole sentences given to a remark or an error."""
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        if SAY.fullmatch(ast.unparse(call.func)):
            yield from (text for each in call.args if len((text := words_of(each)).split()) > 3)


def problems(message: str) -> list[str]:
    """What is wrong with the form of a message."""
    last = re.split(rf"(?<=[.?!”{HOLE}]) (?=[A-Z{HOLE}])", message)[-1]
    ends = last.split()[0].strip(HOLE) in ORDERS or message.rstrip(".").endswith(HOLE)
    found = [] if ends else ["does not end with what to do"]
    if HOLE not in message and message not in WITHOUT_A_VALUE:
        found.append("names no value")
    return found + [f"says '{word[0]}'" for word in JARGON.finditer(message)]


def modules() -> Iterator[Path]:
    for reader in READERS:
        place = SOURCE / reader
        yield from sorted(place.rglob("*.py")) if place.is_dir() else [place]


@pytest.mark.parametrize("module", list(modules()), ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_message_names_a_value_and_says_what_to_do(module):
    found = {
        message: wrong for message in messages(module.read_text("utf-8")) if (wrong := problems(message))
    }
    assert found == {}


def test_the_messages_are_found():
    every = [message for module in modules() for message in messages(module.read_text("utf-8"))]
    assert len(every) > 100
    assert {message for message in every if HOLE not in message} == WITHOUT_A_VALUE


@pytest.mark.parametrize(
    ("message", "found"),
    [
        (f"{HOLE} names no substance. Ask what the person reacts to.", []),
        (f"{HOLE} names no substance.", ["does not end with what to do"]),
        ("Something is wrong. Ask again.", ["names no value"]),
        (f"The resource {HOLE} is empty. Export it again.", ["says 'resource'"]),
    ],
)
def test_the_form_is_judged(message, found):
    assert problems(message) == found
