"""The sheet on paper: accessible, closed gates marked on every page, no text of a patient taken for markup."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import date

import pytest
import typst

from tenuto.clinic.plan.documents import pdf
from tenuto.clinic.plan.documents.sheet import DoseCheckRow, FindingRow, Sheet, SheetRow
from tenuto.clinic.plan.documents.text import as_text

DAY = date(2026, 3, 2)
SHEET = Sheet(
    level="REVIEW",
    mark="◆",
    verdict="Opens for a named prescriber, with a typed reason.",
    person="Ana Ensayo, born 1980-05-17 (45), female, MR 0042",
    about=(SheetRow("Plan of", "2026-03-02"),),
    findings=(FindingRow("REVIEW", "◆", "WEIGHT-CONVERTED", "Check the weight.", "ISMP", "V"),),
    dose=(SheetRow("Dose", "35 mg ketamine base over 40 min"), SheetRow("Pump", "150 mL/h")),
    no_dose="",
    checks=(DoseCheckRow("Pump rate", "mL × 60 ÷ min", "150 mL/h", "150 mL/h"),),
    agree="Both calculations agree.",
    series=(SheetRow("1", "Mon 02 Mar 2026"),),
    maintenance=("One infusion every 2 to 4 weeks.",),
    missing=("Porphyria",),
    unrecorded="1 fact is not recorded: medical history 1.",
    to_do=(SheetRow("By Mon 2 Mar 2026", "Escort"),),
    not_checked=("The problem “x” is not known here.",),
    alternatives=(SheetRow("depression-6x3wk", "Asks less of the patient."),),
    ignored="1 resources of other types were not read: Claim 1.",
)
MARKUP = '#panic("x") *b* _i_ $1/0$ = H @r <l> \\u{41} // c /* d */ `raw` #let x = 1; ] } ) #eval("1")'


def as_html(sheet: Sheet) -> str:
    made = typst.compile(pdf.TEMPLATE, format="html", sys_inputs={"sheet": json.dumps(asdict(sheet))})
    assert isinstance(made, bytes)
    return made.decode()


@pytest.mark.parametrize("level", ["PASS", "REVIEW", "BLOCK", "REFUSE"])
def test_the_pdf_is_tagged_and_declares_pdf_ua(level: str) -> None:
    made = pdf.as_pdf(replace(SHEET, level=level), on=DAY)
    assert made.startswith(b"%PDF-1.7")
    assert b"/MarkInfo" in made
    assert b"<pdfuaid:part>1</pdfuaid:part>" in made


def test_markup_in_any_text_is_shown_as_it_is() -> None:
    hostile = replace(
        SHEET,
        findings=(FindingRow("REVIEW", "◆", MARKUP, MARKUP, MARKUP, MARKUP),),
        unrecorded=MARKUP,
        to_do=(SheetRow(MARKUP, MARKUP),),
        maintenance=(MARKUP,),
        ignored=MARKUP,
    )
    shown = as_html(hostile).replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
    assert shown.count(MARKUP) >= 6
    everywhere = replace(
        hostile, person=MARKUP, verdict=MARKUP, about=(SheetRow(MARKUP, MARKUP),), dose=(SheetRow(MARKUP, MARKUP),),
        checks=(DoseCheckRow(MARKUP, MARKUP, MARKUP, MARKUP),), agree=MARKUP, series=(SheetRow(MARKUP, MARKUP),), footer=MARKUP,
        not_checked=(MARKUP,), alternatives=(SheetRow(MARKUP, MARKUP),),
    )  # fmt: skip
    assert b"pdfuaid" in pdf.as_pdf(everywhere, on=DAY)


@pytest.mark.parametrize("level", ["BLOCK", "REFUSE"])
def test_a_closed_gate_is_marked_across_every_page(level: str) -> None:
    """The mark is drawn on each page's ground, so pages of a closed sheet differ from those of an open one."""
    many = tuple(SheetRow(str(n), "Mon 02 Mar 2026") for n in range(80))
    pages = {
        name: typst.compile(
            pdf.TEMPLATE,
            format="svg",
            sys_inputs={"sheet": json.dumps(asdict(replace(SHEET, level=name, series=many)))},
        )
        for name in (level, "REVIEW")
    }
    closed, opened = pages[level], pages["REVIEW"]
    assert isinstance(closed, list)
    assert len(closed) == len(opened) > 1
    turned = [page.count(b"rotate(") + page.count(b"matrix(0.8") for page in closed]
    assert all(turned), turned
    assert not any(page.count(b"rotate(") + page.count(b"matrix(0.8") for page in opened)


def test_a_name_without_a_font_still_gives_a_sheet() -> None:
    assert pdf.as_pdf(replace(SHEET, person="李小龙 \U0010fffd"), on=DAY).startswith(b"%PDF")


def test_empty_sections_leave_no_heading() -> None:
    bare = replace(SHEET, findings=(), dose=(), no_dose="No dose: why.", checks=(), agree="", series=(), maintenance=(),
                   missing=(), unrecorded="", to_do=(), not_checked=(), alternatives=(), ignored="")  # fmt: skip
    text, page = as_text(bare), as_html(bare)
    assert "No dose: why." in text
    assert "No dose: why." in page
    for heading in (
        "Findings",
        "Series",
        "Maintenance",
        "To do",
        "Not recorded",
        "Other protocols",
        "Left out",
    ):
        assert heading in as_text(SHEET)
        assert heading not in text
        assert heading not in page


def test_the_text_is_never_wider_than_a_page() -> None:
    long = replace(SHEET, findings=(FindingRow("BLOCK", "■", "C" * 30, "word " * 200, "s" * 500, "V"),))
    assert max(map(len, as_text(long).splitlines())) <= 100
