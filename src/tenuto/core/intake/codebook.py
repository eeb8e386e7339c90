"""Recognising recorded problems: by ICD-10-CM prefix, SNOMED CT code, or words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tenuto.core.intake.facts import Coding, Problem
from tenuto.core.intake.wording import Mention, Phrases, otherwise, without_marks, words

__all__ = ["Codebook", "CodebookMatch", "icd_prefixes", "is_icd10", "texts_of"]

_LOOKS_ICD = re.compile(r"[A-Z]\d[0-9A-Z](\.?[0-9A-Z]{1,4})?\Z", re.ASCII)
_READABLE = frozenset(("icd9cm", "icd11", "icpc2", "loinc", "rxnorm", "ndc", "atc"))
"""Systems whose codes say what something is, although no entry lists them."""

_ICD = frozenset(("icd10cm", "icd10", "http://hl7.org/fhir/sid/icd-10-cm", "http://hl7.org/fhir/sid/icd-10"))
_SNOMED = frozenset(("snomed", "http://snomed.info/sct"))
_SHORTEST = 2
_CATEGORY = 3
"""Characters before the point of an ICD-10-CM code."""
_ANY = "?"
"""Stands for any one character in a listed code, such as that of the poison before that of the intent."""


def is_icd10(coding: Coding) -> bool:
    """True for ICD-10 and its American modification, whose first characters mean the same."""
    return coding.system in _ICD


def _bare(code: str) -> str:
    return code.replace(".", "").strip().upper()


def icd_prefixes(coding: Coding) -> tuple[str, ...]:
    """The code and everything that it starts with, without points, longest first; empty for another system."""
    code = _bare(coding.code) if is_icd10(coding) else ""
    return tuple(code[:length] for length in range(len(code), _SHORTEST - 1, -1))


@dataclass(frozen=True, slots=True)
class CodebookMatch:
    """That an entry was recognised in a problem, what the record says about it, and by what."""

    entry: str
    mention: Mention
    by: str


class Codebook:
    """Entries of a data file with `id`, `icd10cm`, `snomed` and `text`, looked up all at once."""

    def __init__(self, entries: Sequence[Mapping[str, Any]]) -> None:
        """`entries` in the order of the file; ids are unique. `names` are whole texts; without them, `text` are."""
        self._icd: dict[str, list[str]] = {}
        self._icd_patterns: dict[str, list[tuple[str, str]]] = {}
        self._snomed: dict[str, list[str]] = {}
        phrases: dict[str, list[str]] = {}
        for entry in entries:
            for prefix in entry.get("icd10cm", ()):
                bare = _bare(prefix)
                if _ANY in bare:
                    self._icd_patterns.setdefault(bare[:_CATEGORY], []).append((bare, entry["id"]))
                else:
                    self._icd.setdefault(bare, []).append(entry["id"])
            for code in entry.get("snomed", ()):
                self._snomed.setdefault(code, []).append(entry["id"])
            phrases[entry["id"]] = list(entry.get("text", ()))
        self._phrases = Phrases(phrases)
        self._whole: dict[tuple[str, ...], set[str]] = {}
        for entry in entries:
            for text in entry.get("names", entry.get("text", ())):
                self._whole.setdefault(without_marks(words(text)), set()).add(entry["id"])

    def by_code(self, coding: Coding) -> tuple[str, ...]:
        """The ids whose codes hold this one."""
        if coding.system in _SNOMED:
            return tuple(self._snomed.get(coding.code.strip(), ()))
        prefixes = icd_prefixes(coding)
        exact = (name for prefix in prefixes for name in self._icd.get(prefix, ()))
        return tuple(dict.fromkeys((*exact, *self._by_pattern(prefixes))))

    def _by_pattern(self, prefixes: Sequence[str]) -> Iterator[str]:
        listed = self._icd_patterns.get(prefixes[0][:_CATEGORY], ()) if prefixes else ()
        for pattern, name in listed:
            code = next((prefix for prefix in prefixes if len(prefix) == len(pattern)), "")
            if code and all(a in (_ANY, b) for a, b in zip(pattern, code, strict=True)):
                yield name

    def matches(self, problem: Problem) -> tuple[CodebookMatch, ...]:
        """Every entry recognised in a problem. A code states; words may deny. The strongest counts."""
        found: dict[str, CodebookMatch] = {}
        for coding in problem.codings:
            for name in self.by_code(coding):
                found.setdefault(name, CodebookMatch(name, Mention.STATED, f"{coding.code}"))
        for text in texts_of(problem):
            for name, mention in self._phrases.mentions(text).items():
                if name not in found or mention > found[name].mention:
                    found[name] = CodebookMatch(name, mention, f"“{text.strip()}”")
        return tuple(found.values())

    def whole(self, problem: Problem) -> bool:
        """True when a code is held here or the whole text is one of the phrases, a bracketed remark aside."""
        if any(self.by_code(coding) for coding in problem.codings):
            return True
        return any(_core(text) in self._whole for text in texts_of(problem))

    def identified(self, problem: Problem) -> frozenset[str]:
        """The entries that a problem *is*, for whatever opens a gate: by its codes, or by its whole text.

        ICD codes decide where there are any, all of them; else SNOMED CT codes do. A code of either, or of another
        system of diagnoses, that is not the entry's vetoes the text. Without such a code every text of the problem
        must be a listed name. Words of denial, family, past or screening beside the entry always win.
        """
        if _deciding(problem):
            return self.coded(problem) - self._otherwise(problem)
        if any(coding.system in _READABLE for coding in problem.codings if coding.code.strip()):
            return frozenset()
        named = [frozenset(self._whole.get(_core(text), ())) for text in texts_of(problem)]
        return frozenset.intersection(*named) if named else frozenset()

    def coded(self, problem: Problem) -> frozenset[str]:
        """The entries that a problem is by its codes alone; empty without a code that decides."""
        each = [frozenset(self.by_code(coding)) for coding in _deciding(problem)]
        return frozenset.intersection(*each) if each else frozenset()

    def _otherwise(self, problem: Problem) -> frozenset[str]:
        return frozenset(
            name
            for text in texts_of(problem)
            for tokens in (words(text),)
            for name, start, end in self._phrases.find(tokens)
            if otherwise(tokens, start, end)
        )

    def mentioned_in(self, text: str) -> frozenset[str]:
        """The entries that a text states."""
        return frozenset(n for n, m in self._phrases.mentions(text).items() if m is Mention.STATED)


def _deciding(problem: Problem) -> list[Coding]:
    coded = [c for c in problem.codings if c.code.strip()]
    return [c for c in coded if _is_icd_like(c)] or [c for c in coded if c.system in _SNOMED]


_REMARKS = frozenset(("disorder", "finding", "situation", "morphologic", "abnormality"))


def _core(text: str) -> tuple[str, ...]:
    """The words of a text without a trailing remark such as `(disorder)`."""
    tokens = words(text)
    if tokens[-1:] == (")",) and "(" in tokens and tokens[-2] in _REMARKS:
        tokens = tokens[: len(tokens) - 1 - tokens[::-1].index("(")]
    # A question mark is a doubt, and a colon or a line joins two statements: such a text is no name.
    return () if _JOINTS.intersection(tokens) else without_marks(tokens)


_JOINTS = frozenset("?:;!\n|")


def _is_icd_like(coding: Coding) -> bool:
    """A code of ICD-10, or one that is written as one in a system that is not known here."""
    if is_icd10(coding):
        return True
    known = coding.system in _SNOMED or coding.system in _READABLE
    return not known and bool(_LOOKS_ICD.match(coding.code.strip().upper()))


def texts_of(problem: Problem) -> tuple[str, ...]:
    """All that is written about a problem: its own words and those of its codes, each once."""
    return tuple(dict.fromkeys(t for t in (problem.text, *(c.display for c in problem.codings)) if t.strip()))
