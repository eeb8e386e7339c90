"""Whether what a protocol requires beside the infusions is on record: an antidepressant, a psychiatrist, and so on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tenuto.core.data import Table, data_file
from tenuto.core.gate import Finding, Level
from tenuto.core.intake.facts import Answer, Medication, PatientFacts
from tenuto.core.literature import ROOT
from tenuto.core.literature.protocol import Protocol, Requirement
from tenuto.core.sources import Basis

__all__ = ["Companion", "companions", "requirement_findings", "requirement_met"]

_WORD = re.compile(r"[a-z]+")


def requirement_findings(protocol: Protocol, facts: PatientFacts) -> tuple[Finding, ...]:
    """REVIEW for every requirement that is not on record; what is not recorded is missing, never assumed."""
    return tuple(
        Finding(
            f"REQUIRES-{need.what.upper().replace('_', '-')}",
            Level.REVIEW,
            f"{protocol.title}: {_known(need).title.lower()} is required and not on record. {_ask(need, facts)}",
            need.basis,
            need.what,
            missing=True,
        )
        for need in protocol.requires
        if not requirement_met(need, facts)
    )


def requirement_met(need: Requirement, facts: PatientFacts) -> bool:
    """True when an answer or a recorded medicine settles the requirement. A recorded 'no' never does."""
    known = _known(need)
    answers = [facts.answer(fact) for fact in known.answers]
    if any(a is not None and _says_yes(a, known.words) for a in answers):
        return True
    names = known.medicines
    return any(names & _names_of(medicine) for medicine in facts.medications)


@dataclass(frozen=True, slots=True)
class _Known:
    """How a requirement is known to be met: by these answers, holding these words, or by one of these medicines."""

    title: str
    ask: str
    answers: tuple[str, ...]
    words: tuple[str, ...]
    medicines: frozenset[str]


@data_file(ROOT / "requirements.toml")
def _register(file: Table) -> Mapping[str, _Known]:
    return {
        what: _Known(
            entry.text("title"),
            entry.text("ask"),
            entry.words("answers"),
            entry.words("words"),
            frozenset(entry.words("medicines", ())),
        )
        for what, entry in file.named().items()
    }


def _known(need: Requirement) -> _Known:
    return _register()[need.what]


def _says_yes(answer: Answer, words: Iterable[str]) -> bool:
    if isinstance(answer.value, bool):
        return answer.value
    if not isinstance(answer.value, str):
        return False
    said = _WORD.findall(answer.value.casefold())
    if not said or said[0] in ("no", "none", "not", "without", "unknown"):
        return False
    wanted = frozenset(words)
    return not wanted or bool(wanted.intersection(said))


def _names_of(medicine: Medication) -> frozenset[str]:
    texts = [medicine.text, *(c.display for c in medicine.codings)]
    return frozenset(word for text in texts for word in _WORD.findall(text.casefold()))


@dataclass(frozen=True, slots=True)
class Companion:
    """What a protocol requires beside the infusions, and who or what is on record for it."""

    what: str
    title: str
    text: str
    met: bool
    names: tuple[str, ...]
    """What was answered and the medicines that count, as recorded."""
    ask: str
    """What to do while it is not on record."""
    basis: Basis


def companions(protocol: Protocol, facts: PatientFacts) -> tuple[Companion, ...]:
    """Every requirement of the protocol in its order, met or not."""
    return tuple(
        Companion(
            need.what,
            _known(need).title,
            need.text,
            requirement_met(need, facts),
            tuple(_recorded(need, facts)),
            _ask(need, facts),
            need.basis,
        )
        for need in protocol.requires
    )


def _ask(need: Requirement, facts: PatientFacts) -> str:
    """What to do while it is not on record; who is recorded already is named, with the word that is missing."""
    known, recorded = _known(need), next(_recorded(need, facts), "")
    if not known.words or not recorded or requirement_met(need, facts):
        return known.ask
    return f"{known.ask} “{recorded}” is on record: write “{known.words[0]}” beside the name, if that is so."


def _recorded(need: Requirement, facts: PatientFacts) -> Iterator[str]:
    known = _known(need)
    for fact in known.answers:
        answer = facts.answer(fact)
        if answer is not None and isinstance(answer.value, str):
            yield answer.value
    names = known.medicines
    yield from (medicine.text for medicine in facts.medications if names & _names_of(medicine))
