"""Reading recorded words: which terms stand in a text, and whether the text says so, denies it or only asks.

A match can only ever close a gate further, so the reader errs towards finding a term: a denial counts only when it
stands right at the term; anything looser makes the mention uncertain, which a person has to look at.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum

__all__ = [
    "Mention",
    "Phrases",
    "folded_letters",
    "is_past",
    "names_family",
    "otherwise",
    "without_marks",
    "words",
]

_TOKEN = re.compile(r"[a-z0-9]+|[.;:?!\n(),|]")
_NUMBER_MARK = re.compile(r"(?<=\d)[.,](?=\d)")
_BREAKS = frozenset(".;:!\n|")
_SOFT = frozenset(",()")


class Mention(IntEnum):
    """What a text says about a term, weakest first."""

    FAMILY = 0
    DENIED = 1
    UNCERTAIN = 2
    STATED = 3


def words(text: str) -> tuple[str, ...]:
    """The words of a text in lower case without accents; sentence marks stay as separate items.

    A full stop or comma between digits is part of the number and is dropped with it.
    """
    folded = folded_letters(text)
    return tuple(_TOKEN.findall(_NUMBER_MARK.sub(" ", folded.replace("'", ""))))


def folded_letters(text: str) -> str:
    """The text in lower case without accents, of any script."""
    folded = text.casefold()
    if not folded.isascii():
        folded = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
        folded = folded.replace("’", "'")
    return folded


def without_marks(tokens: Iterable[str]) -> tuple[str, ...]:
    """The words alone, of what `words` gives."""
    return tuple(token for token in tokens if token.isalnum())


class Phrases:
    """Many phrases, looked up in a text at once. A word that ends in `*` also matches longer words."""

    def __init__(self, phrases: Mapping[str, Iterable[str]]) -> None:
        """`phrases` gives, for each name, the phrases that stand for it."""
        self._exact: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._stems: list[tuple[tuple[str, ...], str]] = []
        for name, variants in phrases.items():
            for variant in variants:
                tokens = without_marks(words(variant.replace("*", "zzstem")))
                pattern = tuple(t.removesuffix("zzstem") + "*" if t.endswith("zzstem") else t for t in tokens)
                if pattern[0].endswith("*"):
                    self._stems.append((pattern, name))
                else:
                    self._exact.setdefault(pattern[0], []).append((pattern, name))

    def find(self, tokens: Sequence[str]) -> tuple[tuple[str, int, int], ...]:
        """Every (name, first, past-last) position at which a phrase stands in `tokens`."""
        found = []
        for start, token in enumerate(tokens):
            candidates = self._exact.get(token, ())
            for pattern, name in (*candidates, *(s for s in self._stems if token.startswith(s[0][0][:-1]))):
                if _stands(pattern, tokens, start):
                    found.append((name, start, start + len(pattern)))
        return tuple(found)

    def names(self, text: str) -> frozenset[str]:
        """The names whose phrases stand anywhere in the text, marks aside, whatever the text says about them."""
        return frozenset(name for name, _, _ in self.find(without_marks(words(text))))

    def mentions(self, text: str) -> dict[str, Mention]:
        """For each name found, the strongest thing that the text says about it."""
        tokens = words(text)
        said: dict[str, Mention] = {}
        for name, start, end in self.find(tokens):
            said[name] = max(said.get(name, Mention.FAMILY), _mention(tokens, start, end))
        return {**self._over_commas(tokens), **said}

    def _over_commas(self, tokens: Sequence[str]) -> dict[str, Mention]:
        """What only stands in a text across a comma and is not denied, such as “Hypertension, uncontrolled”: it may mean that."""
        bare = tuple(each for each in tokens if each != ",")
        found = self.find(bare) if len(bare) < len(tokens) else ()
        told = (name for name, start, end in found if _mention(bare, start, end) > Mention.DENIED)
        return dict.fromkeys(told, Mention.UNCERTAIN)


def _stands(pattern: Sequence[str], tokens: Sequence[str], start: int) -> bool:
    if start + len(pattern) > len(tokens):
        return False
    return all(
        token.startswith(part[:-1]) if part.endswith("*") else token == part
        for part, token in zip(pattern, tokens[start:], strict=False)
    )


_FAMILY = Phrases(
    {
        "family": (
            "family history", "fh", "fhx", "famhx", "family hx", "familial history", "mother", "father", "brother",
            "sister", "sibling*", "maternal", "paternal", "grandmother", "grandfather", "aunt", "uncle", "cousin",
            "son", "daughter", "relative*", "family member*",
        )
    }
)  # fmt: skip
_DENIALS = Phrases(
    {
        "denied": (
            "no", "denies", "denied", "denying", "negative for", "neg for", "without", "absence of", "never had",
            "never", "free of", "not", "nil", "no history of", "no evidence of", "ruled out", "excludes", "excluded",
            "kein", "keine", "keinen", "ohne", "sans", "pas de", "geen", "zonder",
        )
    }
)  # fmt: skip
_DOUBTS = Phrases(
    {
        "doubt": (
            "rule out", "r o", "ro", "possible", "possibly", "suspected", "suspicion", "suspect", "query", "probable",
            "questionable", "concern for", "evaluate for", "cannot exclude", "cant exclude", "not excluded",
            "not ruled out", "not been ruled out", "no longer", "not controlled", "not well controlled", "not improved",
            "no change", "no improvement", "no response", "differential", "screening for", "screen for", "risk of",
            "not without", "fear of", "afraid of", "worried about", "worry about", "wish for", "wants to", "wishes to", "hopes to", "trying to", "intends to", "planning",
        )
    }
)  # fmt: skip
_OTHERWISE_BEFORE = Phrases(
    {
        "past": (
            "history of", "hx of", "h o", "hx", "past", "previous", "previously", "prior", "former", "formerly",
            "resolved", "childhood", "screen*", "evaluation for", "assessment for", "monitoring for", "at risk",
            "prevention of", "education about", "worried about", "worry about", "fear of",
        )
    }
)  # fmt: skip
_OTHERWISE_AFTER = Phrases(
    {
        "past": (
            "in the past", "years ago", "months ago", "by history", "resolved", "screen*", "negative", "neg", "unlikely",
            "prevention", "prophylaxis", "education", "counsel*", "as a child", "in childhood", "scale", "score",
            "questionnaire", "inventory", "assessment", "test",
        )
    }
)  # fmt: skip
_AFTER_DENIED = Phrases({"denied": ("ruled out", "excluded", "denied")})
_ALONE_DENIED = frozenset(("no", "none", "negative", "absent", "never", "denies"))
_AFTER_DOUBT = Phrases(
    {
        "doubt": (
            "not ruled out",
            "not excluded",
            "not been ruled out",
            "not confirmed",
            "unconfirmed",
            "suspected",
            "possible",
        )
    }
)
_FILLERS = frozenset(
    (
        "a", "an", "the", "any", "of", "for", "or", "nor", "and", "history", "hx", "h", "o", "known", "prior",
        "previous", "past", "personal", "current", "active", "significant", "evidence", "sign", "signs", "symptom",
        "symptoms", "diagnosis", "si", "hi", "ah", "vh", "documented", "acute", "chronic", "reported", "medical",
    )
)  # fmt: skip
_REACH = 8
_NEXT = 2


_PAST = Phrases(
    {
        "past": (
            "history of", "hx of", "h o", "hx", "past", "previous", "previously", "prior", "former", "formerly",
            "childhood", "years ago", "by history", "as a child",
        )
    }
)  # fmt: skip


def is_past(text: str) -> bool:
    """Whether a text says that something was once: such a text opens nothing, and closes as what was."""
    return bool(_PAST.find(words(text)))


def names_family(text: str) -> bool:
    """Whether a text is about the family, such as the name of a list of the family's diseases."""
    return bool(_FAMILY.find(words(text))) or "family" in words(text)


def otherwise(tokens: Sequence[str], start: int, end: int) -> bool:
    """Whether the words around a term say anything but that the person has it now.

    Denied, doubted, somebody else's, past, or looked for.
    """
    before, after = _clause_before(tokens, start)[0], _clause_after(tokens, end)
    relative = after[:1] != ("with",) and any(first <= _NEXT for _, first, _ in _FAMILY.find(after))
    return (
        relative
        or _mention(tokens, start, end) is not Mention.STATED
        or bool(_OTHERWISE_BEFORE.find(before) or _OTHERWISE_AFTER.find(after) or _FAMILY.find(before))
    )


def _mention(tokens: Sequence[str], start: int, end: int) -> Mention:
    before, loose = _clause_before(tokens, start)
    after = _clause_after(tokens, end)
    if _AFTER_DOUBT.find(after) or _DOUBTS.find(before) or "?" in (*before, *after):
        return Mention.UNCERTAIN
    if _headed_by_family(tokens, start):
        return Mention.FAMILY
    if _FAMILY.find(before):
        return Mention.UNCERTAIN if loose else Mention.FAMILY
    if (len(after) == 1 and after[0] in _ALONE_DENIED) or any(
        f == 0 for _, f, _ in _AFTER_DENIED.find(after)
    ):
        return Mention.DENIED
    denials = _DENIALS.find(before)
    if not denials:
        return Mention.STATED
    between = without_marks(before[max(past for _, _, past in denials) :])
    if all(word in _FILLERS for word in between) or between[-1] in ("or", "nor"):
        return Mention.UNCERTAIN if loose and not _FILLERS.issuperset(between) else Mention.DENIED
    return Mention.UNCERTAIN


def _headed_by_family(tokens: Sequence[str], start: int) -> bool:
    """Whether a term stands after `Family history:` or `Mother:` in the same sentence."""
    for place in range(start - 1, max(start - 1 - _REACH, 0), -1):
        if tokens[place] == ":":
            heading = tokens[max(place - 3, 0) : place]
            return any(past == len(heading) for _, _, past in _FAMILY.find(heading))
        if tokens[place] in _BREAKS or tokens[place] in ("but", "however", "self", "patient"):
            return False
    return False


def _clause_before(tokens: Sequence[str], start: int) -> tuple[tuple[str, ...], bool]:
    """The words of the same clause before a term, at most `_REACH`, and whether a comma stands among them."""
    clause: list[str] = []
    for token in reversed(tokens[:start]):
        if token in _BREAKS or token in ("but", "however", "except", "although") or len(clause) >= _REACH:
            break
        clause.append(token)
    clause.reverse()
    return tuple(clause), any(token in _SOFT for token in clause)


def _clause_after(tokens: Sequence[str], end: int) -> tuple[str, ...]:
    """The few words after a term; `aneurysm: no` and `aneurysm - denied` read on over the mark."""
    rest = list(tokens[end : end + 5])
    if rest and rest[0] in (":", "(", ","):
        rest = rest[1:] if rest[0] != "," else []
    clause: list[str] = []
    for token in rest:
        if token in _BREAKS or token in _SOFT:
            break
        clause.append(token)
    return tuple(clause)
