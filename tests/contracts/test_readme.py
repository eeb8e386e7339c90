"""What the README shows is what the program does."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from tenuto import cli

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    """The fenced blocks of one language."""
    return re.findall(rf"```{language}\n(.*?)\n```", README, re.DOTALL)


def test_the_sample_plan_prints_what_is_shown(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    [command] = [b for b in blocks("") if b.startswith("./run plan")]
    assert cli.main(shlex.split(command)[1:]) == 0
    printed = capsys.readouterr().out
    assert len(blocks("text")) == 2
    for shown in blocks("text"):
        assert shown in printed


def test_the_sample_forecast_prints_what_is_shown(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(ROOT)
    [command] = re.findall(r"^\./run forecast .*$", README, re.MULTILINE)
    words = [str(tmp_path / "course.svg") if w == "course.svg" else w for w in shlex.split(command)[1:]]
    assert cli.main(words) == 0
    [shown] = blocks("console")
    assert capsys.readouterr().out.startswith(shown)
    assert (tmp_path / "course.svg").is_file()


def test_every_link_and_picture_leads_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_it_says_plainly_that_it_is_not_for_care():
    assert "not cleared or approved by any regulator" in README
    assert "Do not use it for a patient until your clinic has validated it" in README.replace("\n> ", " ")


def test_every_command_that_it_names_exists():
    named = set(re.findall(r"\./run (\w+)", README)) - {"COMMAND"}
    assert named <= set(cli.COMMANDS)
