"""Answers in free words of several languages: a "none" and a way home alone close, a name opens."""

import pytest

from tests.core.intake.people import judged, serious, with_answer


@pytest.mark.parametrize(
    ("fact", "words", "found"),
    [
        ("escort", "niemand", ["ANSWER-ESCORT BLOCK"]),
        ("escort", "nadie", ["ANSWER-ESCORT BLOCK"]),
        ("escort", "personne", ["ANSWER-ESCORT BLOCK"]),
        ("escort", "personne de confiance: Marie Dupont", []),
        ("support.person", "keine", ["ANSWER-SUPPORT-PERSON REVIEW"]),
        ("transport", "fährt selbst mit dem Auto", ["ANSWER-TRANSPORT REVIEW"]),
        ("transport", "conduit sa propre voiture", ["ANSWER-TRANSPORT REVIEW"]),
        ("transport", "conduce él mismo", ["ANSWER-TRANSPORT REVIEW"]),
        ("transport", "bus", ["ANSWER-TRANSPORT REVIEW"]),
        ("transport", "driven home by Sam Example", []),
        ("pdmp.query", "2026-11-22, Nurse X, multiple opioid fills", ["ANSWER-PDMP-QUERY REVIEW"]),
        ("pdmp.query", "2026-11-22, Nurse X, nothing found", []),
        ("goals", "sterben können", ["ANSWER-GOALS REVIEW"]),
    ],
)
def test_free_words_close_in_other_languages(fact, words, found):
    assert serious(judged(with_answer(fact, words))) == found
