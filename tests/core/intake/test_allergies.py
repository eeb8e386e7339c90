"""An allergy to the drug counts wherever a record keeps it: in its list of allergies, or among the conditions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tenuto.core.gate import Level
from tenuto.core.intake.facts import Allergy, Coding, Medication, Problem, ProblemStatus
from tests.core.intake.people import healthy, judged


def allergy_findings(problem):
    patient = healthy()
    found = judged(replace(patient, problems=(*patient.problems, problem))).gate.findings
    return {f.code: f.level for f in found if f.code.startswith("ALLERGY")}


@pytest.mark.parametrize(
    "text",
    [
        "Ketamine allergy",
        "Allergy to ketamine",
        "Anaphylaxis due to Ketalar",
        "ketamine hypersensitivity",
        "Spravato allergy",
        "Urticaria after ketamine",
        "Ketamine: bad reaction",
    ],
)
def test_a_condition_that_says_an_allergy_to_the_drug_blocks_as_one(text):
    assert Level.BLOCK in allergy_findings(Problem(text)).values()


@pytest.mark.parametrize(
    "problem",
    [
        Problem("Allergy to penicillin"),
        Problem("Ketamine treatment in 2019"),
        Problem("No ketamine allergy"),
        Problem("Family history of ketamine allergy"),
        Problem("Ketamine allergy", status=ProblemStatus.REFUTED),
        Problem("Allergic rhinitis"),
    ],
)
def test_another_allergy_another_use_and_a_refuted_one_do_not(problem):
    assert allergy_findings(problem) == {}


def levels_of(*allergies):
    found = judged(replace(healthy(), allergies=allergies)).gate.findings
    return {f.code: f.level for f in found if f.code.startswith("ALLERGY")}


@pytest.mark.parametrize(
    "text",
    [
        "Ketamina", "KETAMINUM 50 mg", "Ketaminhydrochlorid", "Ketanest", "Esketamina", "Ketalar 10 mg/ml", "S-Ketamin",
        "ケタミン塩酸塩", "ｹﾀﾐﾝ", "盐酸氯胺酮注射液", "Кетамин", "кетамін", "كيتامين", "Κεταμίνη", "케타민", "केटामिन", "קטמין",
    ],
)  # fmt: skip
def test_an_allergy_to_the_drug_by_any_name_blocks(text):
    assert levels_of(Allergy(text)) == {"ALLERGY-KETAMINE": Level.BLOCK}


@pytest.mark.parametrize(
    ("system", "code"),
    [
        ("unii", "690G0D6V8H"),
        ("unii", "50LFG02TXD"),
        ("atc", "N01AX03"),
        ("atc", "N01AX14"),
        ("snomed", "294284006"),
    ],
)
def test_an_allergy_to_the_drug_by_code_alone_blocks(system, code):
    assert levels_of(Allergy(code, (Coding(system, code),))) == {"ALLERGY-KETAMINE": Level.BLOCK}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Anaesthetics, general", "ALLERGY-CLASS"),
        ("every iv anesthetic", "ALLERGY-CLASS"),
        ("Dissociatives", "ALLERGY-CLASS"),
        ("Narkosemittel", "ALLERGY-CLASS"),
        ("Katamine", "ALLERGY-KETAMINE"),
        ("ketmaine", "ALLERGY-KETAMINE"),
        ("ketamne", "ALLERGY-KETAMINE"),
        ("kettamine", "ALLERGY-KETAMINE"),
        ("etamine", "ALLERGY-KETAMINE"),
        ("No reaction to ketamine known?", "ALLERGY-KETAMINE"),
        ("پنی سیلین", "ALLERGY-UNKNOWN"),
    ],
)
def test_a_group_a_misspelling_a_doubt_and_an_unread_script_ask_a_person(text, code):
    assert levels_of(Allergy(text)) == {code: Level.REVIEW}


def test_an_unknown_code_without_words_is_said_as_not_understood():
    found = levels_of(Allergy("X-1", (Coding("urn:own", "X-1"),)))
    assert found == {"ALLERGY-UNKNOWN": Level.REVIEW}
    assert levels_of(Allergy("Latex", (Coding("urn:own", "X-1"),))) == {}


@pytest.mark.parametrize(
    "text",
    ["Ketorolac", "Ketotifen", "Melamine", "Lidocaine (local anesthetic)", "Topical anaesthetics", "Nuts"],
)
def test_another_substance_is_none_of_these(text):
    assert levels_of(Allergy(text)) == {}


PENICILLIN = Coding("rxnorm", "7980", "penicillin")


@pytest.mark.parametrize(
    ("codings", "said"),
    [
        ((PENICILLIN, Coding("rxnorm", "6130", "ketamine")), "“ketamine”, in the entry “penicillin”"),
        ((PENICILLIN, Coding("rxnorm", "6130")), "“rxnorm 6130”, in the entry “penicillin”"),
        ((PENICILLIN, Coding("", "", "Ketalar")), "“Ketalar”, in the entry “penicillin”"),
    ],
)
def test_the_finding_names_the_coding_or_substance_that_made_it(codings, said):
    patient = replace(healthy(), allergies=(Allergy("penicillin", codings, "hives"),))
    (found,) = (f for f in judged(patient).gate.findings if f.code == "ALLERGY-KETAMINE")
    assert found.level is Level.BLOCK
    assert f"{said} (hives)" in found.message


def test_the_finding_of_a_medicine_names_the_coding_that_made_it():
    codings = (Coding("rxnorm", "36437"), Coding("rxnorm", "8123", "phenelzine"))
    patient = replace(healthy(), medications=(Medication("sertraline", codings),))
    (found,) = (f for f in judged(patient).gate.findings if f.code == "INTERACTION-MAOI")
    assert "“phenelzine”, in the entry “sertraline”" in found.message


@pytest.mark.parametrize(
    "allergy",
    [Allergy("Dextrose"), Allergy("Corn"), Allergy("Glukose"), Allergy("x", (Coding("rxnorm", "4850"),))],
)
def test_an_allergy_to_the_other_diluent_asks_for_sodium_chloride(allergy):
    found = judged(replace(healthy(), allergies=(allergy,))).gate.findings
    (said,) = [f for f in found if f.code.startswith("ALLERGY")]
    assert (said.code, said.level) == ("ALLERGY-DILUENT", Level.REVIEW)
    assert "Dilute in sodium chloride" in said.message


def test_sodium_chloride_is_no_allergen():
    found = judged(replace(healthy(), allergies=(Allergy("Sodium chloride 0.9 %"),))).gate.findings
    assert not [f for f in found if f.code.startswith("ALLERGY")]


def test_the_preservative_by_its_code_blocks():
    found = judged(
        replace(healthy(), allergies=(Allergy("BZT", (Coding("unii", "PH41D05744"),)),))
    ).gate.findings
    assert [f.level for f in found if f.code == "ALLERGY-KETAMINE"] == [Level.BLOCK]
