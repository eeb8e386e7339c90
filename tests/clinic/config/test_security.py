"""What every answer carries: a strict policy for content, and no permission to be stored."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CLINIC = Path(__file__).resolve().parents[3] / "src/tenuto/clinic"
TEMPLATES = sorted(CLINIC.rglob("templates/**/*.html"))
SCRIPTS = sorted(CLINIC.rglob("static/**/*.js"))
PUBLIC = ("/sign-in/", "/gallery/")


def policy(response) -> str:
    return response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", [*PUBLIC, "/", "/nowhere/", "/static/ui/css/tokens.css", "/static/none.css"])
def test_every_answer_carries_the_content_policy(path, visit, db):
    found = policy(visit().get(path))
    assert "default-src 'self'" in found
    assert "script-src 'self'" in found
    assert "style-src 'self'" in found
    assert "unsafe" not in found
    assert "object-src 'none'" in found
    assert "frame-ancestors 'none'" in found


@pytest.mark.parametrize("path", [*PUBLIC, "/"])
def test_pages_are_never_stored(path, visit, db):
    assert visit().get(path).headers["Cache-Control"] == "no-store"


def test_there_are_templates_to_look_at():
    assert len(TEMPLATES) > 15


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.name)
def test_no_template_needs_what_the_policy_forbids(path):
    text = path.read_text("utf-8")
    assert not re.search(r"\sstyle\s*=", text), "inline style"
    assert not re.search(r"<style\b", text), "inline style sheet"
    assert not re.search(r"<script(?![^>]*\bsrc=)", text), "inline script"
    assert not re.search(r"\son[a-z]+\s*=", text), "inline event handler"
    assert not re.search(r"hx-on|hx-vals\s*=\s*[\"']js:|javascript:", text)
    assert not re.search(r"(?:src|href)\s*=\s*[\"'](?:https?:)?//", text), "something from elsewhere"


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: p.name)
def test_no_script_evaluates_text(path):
    text = path.read_text("utf-8")
    assert not re.search(r"\beval\(|new Function|innerHTML|document\.write|\.style\.", text)


def test_the_console_of_a_script_is_quiet():
    assert not [p.name for p in SCRIPTS if "console." in p.read_text("utf-8")]


def test_only_tokens_hold_colours():
    for path in CLINIC.rglob("static/**/*.css"):
        if path.name not in ("tokens.css", "print.css"):
            assert not re.search(r"#[0-9a-f]{3,8}\b|oklch\(|rgb\(", path.read_text("utf-8")), path.name


def test_type_has_four_sizes_and_two_weights():
    found = "".join(p.read_text("utf-8") for p in CLINIC.rglob("static/**/*.css"))
    assert set(re.findall(r"font-size:\s*([^;]+);", found)) <= {
        "var(--text-s)",
        "var(--text-m)",
        "var(--text-l)",
        "var(--text-xl)",
        "inherit",
    }
    assert set(re.findall(r"font-weight:\s*([^;]+);", found)) <= {
        "var(--regular)",
        "var(--strong)",
        "inherit",
    }
