"""Recognising recorded problems: by ICD-10-CM prefix, SNOMED CT code, or words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tenuto.core.intake.facts import Coding, Problem
from tenuto.core.intake.wording import Mention, Phrases, words

__all__ = ["Codebook", "Match", "icd_prefixes", "is_icd10"]

_ICD = frozenset(("icd10cm", "icd10", "http://hl7.org/fhir/sid/icd-10-cm", "http://hl7.org/fhir/sid/icd-10"))
_SNOMED = frozenset(("snomed", "http://snomed.info/sct"))
_SHORTEST = 2


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
class Match:
    """That an entry was recognised in a problem, what the record says about it, and by what."""

    entry: str
    mention: Mention
    by: str


class Codebook:
    """Entries of a data file with `id`, `icd10cm`, `snomed` and `text`, looked up all at once."""

    def __init__(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """`entries` in the order of the file; ids are unique."""
        self._icd: dict[str, list[str]] = {}
        self._snomed: dict[str, list[str]] = {}
        phrases: dict[str, list[str]] = {}
        for entry in entries:
            for prefix in entry.get("icd10cm", ()):
                self._icd.setdefault(_bare(prefix), []).append(entry["id"])
            for code in entry.get("snomed", ()):
                self._snomed.setdefault(code, []).append(entry["id"])
            phrases[entry["id"]] = list(entry.get("text", ()))
        self._phrases = Phrases(phrases)
        self._whole = {words(text): name for name, texts in phrases.items() for text in texts}

    def by_code(self, coding: Coding) -> tuple[str, ...]:
        """The ids whose codes hold this one."""
        if coding.system in _SNOMED:
            return tuple(self._snomed.get(coding.code.strip(), ()))
        return tuple(dict.fromkeys(name for p in icd_prefixes(coding) for name in self._icd.get(p, ())))

    def matches(self, problem: Problem) -> tuple[Match, ...]:
        """Every entry recognised in a problem. A code states; words may deny. The strongest counts."""
        found: dict[str, Match] = {}
        for coding in problem.codings:
            for name in self.by_code(coding):
                found.setdefault(name, Match(name, Mention.STATED, f"{coding.code}"))
        for text in _texts(problem):
            for name, mention in self._phrases.mentions(text).items():
                if name not in found or mention > found[name].mention:
                    found[name] = Match(name, mention, f"“{text.strip()}”")
        return tuple(found.values())

    def whole(self, problem: Problem) -> bool:
        """True when a code is held here or the whole text is one of the phrases, a bracketed remark aside."""
        if any(self.by_code(coding) for coding in problem.codings):
            return True
        return any(_core(text) in self._whole for text in _texts(problem))


_REMARKS = frozenset(("disorder", "finding", "situation", "morphologic", "abnormality"))


def _core(text: str) -> tuple[str, ...]:
    """The words of a text without a trailing remark such as `(disorder)`."""
    tokens = words(text)
    if tokens[-1:] == (")",) and len(tokens) > 3 and tokens[-2] in _REMARKS:
        tokens = tokens[: len(tokens) - 1 - tokens[::-1].index("(")]
    return tokens


def _texts(problem: Problem) -> tuple[str, ...]:
    return tuple(dict.fromkeys(t for t in (problem.text, *(c.display for c in problem.codings)) if t.strip()))
