"""The recipes *Add a scale*, *a protocol*, *an intake question* and *a page* of CONTRIBUTING, each followed in a copy.

Each test makes the changes that its recipe lists and no other, sees what the recipe says fails until then fail, and the
checks that look at such a thing pass. The recipe of a stage is followed in `test_add_a_stage.py`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contracts.test_rooms import ROOT

pytestmark = pytest.mark.thorough

RECIPES = (ROOT / "CONTRIBUTING.md").read_text("utf-8")


@pytest.fixture
def copy(tmp_path):
    """The parts of the project that a recipe may touch or run."""
    unwanted = shutil.ignore_patterns("__pycache__", ".*_cache", "_build")
    for part in ("src", "tests", "scripts", "examples", "docs"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=unwanted)
    for name in (
        ".importlinter",
        "CONTRIBUTING.md",
        "GLOSSARY.md",
        "README.md",
        "CHANGELOG.md",
        "pyproject.toml",
    ):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def recipe(title: str) -> str:
    """The section of a recipe."""
    start = RECIPES.index(f"## {title}\n")
    return RECIPES[start : RECIPES.index("\n## ", start + 1)]


def run(copy: Path, *arguments: str, fails: bool = False) -> str:
    """What Python says in the copy; it must succeed, or fail where that is wanted."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TENUTO_")}
    environment |= {"PYTHONPATH": f"{copy / 'src'}:{copy}", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=copy, env=environment, capture_output=True, text=True, check=False
    )
    assert bool(done.returncode) is fails, done.stdout + done.stderr
    return done.stdout + done.stderr


def check(copy: Path, *words: str, fails: bool = False) -> str:
    """The named tests in the copy, and further words for pytest."""
    return run(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words, fails=fails)


def insert(path: Path, before: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert text.count(before) == 1, (path.name, before)
    path.write_text(text.replace(before, new + before), "utf-8")


DEFINITION = """\
id = "sleep2"
version = 1
title = "Sleep check"
name = "Two questions on sleep, own wording"
tier = "B"
rater = "patient"
recall = "1 week"
higher = "worse"
evidence = ["D"]
items = [
  { id = "1", text = "I slept badly", options = "often" },
  { id = "2", text = "I woke too early", options = "often" },
]

[options]
often = [{ value = 0, label = "Never" }, { value = 1, label = "Sometimes" }, { value = 2, label = "Often" }]

[total]
take = "sum"
range = [0, 4]

[completeness]
evidence = ["D"]
"""
NOTICE = """\
Holder: The Tenuto authors
Terms: Licensed under Apache-2.0, as the rest.
Source: this repository
Accessed: 2026-11-28
Release: cleared
"""


@pytest.mark.thorough
def test_add_a_scale(copy):
    folder = copy / "src/tenuto/core/scales/instruments/sleep2"
    folder.mkdir()
    (folder / "definition.toml").write_text(DEFINITION, "utf-8")
    (folder / "NOTICE").write_text(NOTICE, "utf-8")
    reference = copy / "tests/core/scales/reference.py"
    insert(reference, '    "wsas": summed(5),\n', '    "sleep2": summed(2),\n')
    insert(reference, '    "wsas": [range(9)] * 5,\n', '    "sleep2": [range(3)] * 2,\n')
    read = ("-c", "from tenuto.core.scales.reading import instruments; instruments()")
    assert "tenuto scale pin sleep2" in run(copy, *read, fails=True)
    run(copy, "-m", "tenuto", "scale", "pin", "sleep2")
    run(copy, *read)
    check(copy, "tests/core/scales/test_vectors.py", "-k", "sleep2", fails=True)
    run(copy, "scripts/scale_vectors.py")
    run(copy, "-m", "tenuto", "docs", "build")
    looked_at = (
        "tests/core/scales/test_vectors.py",
        "tests/core/scales/test_wording.py",
        "tests/contracts/test_data_files.py",
    )
    check(copy, *looked_at, "-k", "sleep2 or declared or question")
    assert "already" in run(copy, "-m", "tenuto", "scale", "pin", "sleep2", fails=True)


@pytest.mark.thorough
def test_add_a_protocol(copy):
    folder = copy / "src/tenuto/core/literature/protocols"
    text = (folder / "depression-4x2wk/1.toml").read_text("utf-8")
    (folder / "depression-4x2wk-evening").mkdir()
    new = text.replace('id = "depression-4x2wk"', 'id = "depression-4x2wk-evening"')
    (folder / "depression-4x2wk-evening/1.toml").write_text(new, "utf-8")
    readings = copy / "src/tenuto/core/literature/protocol_readings.toml"
    entry = '\n[[reading]]\nprotocol = "depression-4x2wk-evening"\nversion = 1\non = 2026-11-28\nas = "abstract"\n'
    readings.write_text(
        readings.read_text("utf-8") + entry + 'read = ["UNITY"]\nfound = "As by day."\ndiffers = ""\n',
        "utf-8",
    )
    checks = ("tests/core/literature/test_protocol.py", "tests/contracts/test_data_files.py")
    narrow = "evening or published or read_against or declared"
    assert "every_version_that_ships_is_published" in check(copy, *checks, "-k", narrow, fails=True)
    assert "Entered depression-4x2wk-evening 1." in run(copy, "-m", "tenuto", "protocol", "pin")
    run(copy, "-m", "tenuto", "docs", "build")
    check(copy, *checks, "-k", narrow)
    (folder / "depression-4x2wk-evening/1.toml").write_text(new.replace("value = 40", "value = 41"), "utf-8")
    said = run(copy, "-m", "tenuto", "protocol", "pin", fails=True)
    assert "write the change as protocols/depression-4x2wk-evening/2.toml" in said


QUESTION = """
[[fact]]
id = "history.motion_sickness"
title = "Motion sickness"
group = "medical"
kind = "answer"
value = "yes_no"
applies = ["all"]
planning = "REVIEW"
starting = "REVIEW"
ask = "Ask about motion sickness: nausea is likelier."
effects = { yes = "PASS", no = "PASS" }
evidence = ["D"]
"""


@pytest.mark.thorough
def test_add_an_intake_question(copy):
    facts = copy / "src/tenuto/core/literature/facts.toml"
    facts.write_text(facts.read_text("utf-8") + QUESTION, "utf-8")
    assert "every_fact_is_asked_in_one_place" in check(copy, "tests/core/intake/test_steps.py", fails=True)
    steps = copy / "src/tenuto/core/literature/intake_steps.toml"
    insert(steps, '"care.treating_clinician"', '"history.motion_sickness", ')
    example = ("tests/cli/test_plan.py::test_the_three_examples",)
    check(copy, *example, fails=True)
    run(copy, "examples/build.py")
    run(copy, "-m", "tenuto", "docs", "build")
    check(copy, *example, "tests/core/intake/test_steps.py", "tests/core/literature/test_intake_data.py")


PAGE = '''

@login_not_required
@require_safe
def opening_hours(request: HttpRequest) -> HttpResponse:
    """When the clinic can be reached."""
    return render(request, "portal/hours.html", {"here": "leaflets"})
'''
TEMPLATE = """\
{% extends "ui/base.html" %}
{% block title %}Hours · Tenuto{% endblock %}
{% block content %}<h1>Hours</h1><p>Working days.</p>{% endblock %}
"""
PAGE_TEST = """\
import pytest
from django.test import Client


@pytest.mark.django_db
def test_anyone_reads_the_hours_and_finds_them_in_the_menu(visit, alice):
    assert "Working days" in Client().get("/hours/").content.decode()
    assert "/hours/" in visit(alice).get("/leaflets/").content.decode()
"""


@pytest.mark.thorough
def test_add_a_page(copy):
    room = copy / "src/tenuto/clinic/portal"
    views = room / "views/reading.py"
    views.write_text(views.read_text("utf-8") + PAGE, "utf-8")
    insert(
        room / "urls.py",
        '    path("leaflets/corrected/"',
        '    path("hours/", reading.opening_hours, name="hours"),\n',
    )
    (room / "templates/portal/hours.html").write_text(TEMPLATE, "utf-8")
    insert(
        room / "contribution.py",
        "NAVIGATION = (",
        'HOURS = MenuEntry(key="hours", label="Hours", route="portal:hours", rank=45)\n\n',
    )
    contribution = room / "contribution.py"
    text = contribution.read_text("utf-8")
    contribution.write_text(text.replace("NAVIGATION = (\n", "NAVIGATION = (\n    HOURS,\n"), "utf-8")
    (copy / "tests/clinic/portal/test_hours.py").write_text(PAGE_TEST, "utf-8")
    check(
        copy,
        "tests/clinic/portal/test_hours.py",
        "tests/clinic/test_crawl.py",
        "-k",
        "hours or None or something",
    )


@pytest.mark.parametrize(
    "title", ["Add a scale", "Add a protocol", "Add an intake question", "Add a page", "Add a stage"]
)
def test_each_recipe_lists_its_files_in_order(title):
    section = recipe(title)
    numbers = [line[0] for line in section.splitlines() if line[:1].isdigit() and line[1:2] == "."]
    assert numbers == [str(n) for n in range(1, len(numbers) + 1)]
    assert 2 <= len(numbers) <= 5
