"""The data files of intake are sound: codes have the right form, references lead somewhere, everything has evidence."""

from __future__ import annotations

import re

import pytest

from tenuto.core.intake.conditions import conditions
from tenuto.core.intake.contraindications import rules
from tenuto.core.intake.labs import tests as lab_tests
from tenuto.core.intake.medicines import classes, register
from tenuto.core.intake.required import fact, facts
from tenuto.core.policy import default_policy
from tests.data_files import literature

ICD10CM = re.compile(r"[A-TV-Z][0-9][0-9A-Z]?(\.[0-9A-Z?]{1,4})?\Z")
"""A `?` stands for any one character after the stop."""
CODED = [
    (f"{name} {entry.get('id', entry['title'])}", entry)
    for name, key in (
        ("conditions", "condition"),
        ("contraindications", "rule"),
        ("contraindications", "known"),
    )
    for entry in literature(name)[key]
]
DRUGS = [drug for entry in literature("interactions")["class"] for drug in entry["drugs"]]
_D = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 2, 3, 4, 0, 6, 7, 8, 9, 5), (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7), (4, 0, 1, 2, 3, 9, 5, 6, 7, 8), (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2), (7, 6, 5, 9, 8, 2, 1, 0, 4, 3), (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)  # fmt: skip
_P = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def verhoeff(code: str) -> bool:
    """The check digit that every SNOMED CT identifier ends with."""
    check = 0
    for position, digit in enumerate(int(c) for c in reversed(code)):
        for _ in range(position % 8):
            digit = _P[digit]
        check = _D[check][digit]
    return check == 0


def mod10(code: str) -> bool:
    """The check digit of a LOINC code: odd places from the right doubled."""
    digits, check = code.split("-")
    total = 0
    for place, char in enumerate(reversed(digits)):
        doubled = int(char) * (2 if place % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    return (10 - total % 10) % 10 == int(check)


@pytest.mark.parametrize(("name", "entry"), CODED, ids=[name for name, _ in CODED])
def test_codes_have_the_right_form(name, entry):
    assert [c for c in entry.get("snomed", ()) if not verhoeff(c)] == []
    coded = [c for key in ("icd10cm", "icd10cm_remission", "icd10cm_mild") for c in entry.get(key, ())]
    assert [c for c in coded if not ICD10CM.match(c)] == []
    assert entry.get("icd10cm") or entry.get("snomed") or entry.get("text")


def test_every_loinc_code_has_its_check_digit():
    codes = [c for f in facts() for m in f.measures for c in (*m.loinc, *m.estimated)]
    codes += [c.code for f in facts() for c in f.codes if c.system == "loinc"]
    codes += [c for f in facts() for given in (f.scores or {}).values() for c in given]
    assert len(codes) > 30
    assert [c for c in codes if not mod10(c)] == []


# Products of several medicines that have a rule each; any other code that stands twice is a slip.
COMBINED = {"403969", "403970", "863845", "863848", "863850"}


def test_every_rxnorm_code_belongs_to_one_medicine_or_a_known_combination():
    owners: dict[str, set[str]] = {}
    for drug in DRUGS:
        for code in (*drug.get("rxcui", ()), *drug.get("products", ())):
            assert code.isdigit(), code
            owners.setdefault(code, set()).add(drug["name"])
    assert {code for code, names in owners.items() if len(names) > 1} == COMBINED


def test_a_check_digit_notices_a_slip():
    assert verhoeff("128609009")
    assert not verhoeff("128609008")
    assert mod10("29463-7")
    assert not mod10("29463-1")


def test_ids_are_unique():
    for entries in (facts(), conditions(), lab_tests()):
        ids = [item.id for item in entries]
        assert len(ids) == len(set(ids))
    assert len(rules()) == len(literature("contraindications")["rule"])
    assert len(classes()) == len(literature("interactions")["class"])


def test_references_between_the_files_lead_somewhere():
    policy = default_policy()
    for item in facts():
        assert set(item.rules) <= set(rules()), item.id
        assert all(policy.limit(key) for key in (item.valid, item.valid_months) if key), item.id
        assert not item.same_day_unless or fact(item.same_day_unless)
    for test in lab_tests():
        assert fact(test.fact)
        assert set(test.rules) <= set(rules())
        assert all(policy.limit(key) for key in (test.valid, test.after_infusions) if key)
    for rule in rules().values():
        assert all(policy.limit(key) for key in (rule.within, rule.remission_months) if key)


def test_everything_has_evidence():
    assert register().allergy.basis.tags
    assert register().qt_basis.tags
    everything = (*facts(), *conditions(), *rules().values(), *classes().values(), *lab_tests())
    assert all(item.basis.tags for item in everything)


def test_the_named_conditions_are_all_there():
    assert {c.id for c in conditions()} >= {
        "depression", "bipolar", "anxiety", "ptsd", "ocd", "suicidal_ideation", "substance_use", "crps",
        "neuropathic_pain", "fibromyalgia", "phantom_limb", "migraine",
    }  # fmt: skip
    assert {c.id for c in conditions() if not c.template} == {"borderline"}
