from __future__ import annotations

import json
import re

from tenuto.core.intake.required import facts
from tenuto.manual.fhir_facts import page


def test_every_fact_stands_on_the_page_with_its_effects():
    rows = {line.split("`")[1]: line for line in page().splitlines() if line.startswith("| **")}
    assert list(rows) == [item.id for item in facts()]
    assert "REFUSE, no dose" in rows["weight"]
    for fact in ("consent", "pregnancy.test"):
        assert "| REVIEW<br>to do by the first infusion | BLOCK |" in rows[fact]


def test_every_code_of_a_measurement_is_named():
    text = page()
    for item in facts():
        assert all(code in text for measure in item.measures for code in (*measure.loinc, *measure.estimated))


def test_the_examples_are_json():
    blocks = re.findall(r"```json\n(.*?)```", page(), re.DOTALL)
    assert len(blocks) == 7
    assert all(json.loads(block) for block in blocks)
