"""The manual's page on `tenuto pk`: every command on it runs, and what it shows as printed is what is printed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from tenuto.cli import main

PAGE = (Path(__file__).resolve().parents[2] / "docs/how-to/draw-a-drug-level.md").read_text("utf-8")
COMMANDS = re.findall(r"^\$ \./run (pk .*)$", PAGE, re.MULTILINE)


def test_every_command_of_the_page_runs_and_writes_its_files(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "course.toml").write_text(re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)[1])
    assert len(COMMANDS) == 8
    for command in COMMANDS:
        assert main(shlex.split(command)) == 0, command
    assert {"level.svg", "models.pdf", "people.png", "course.csv", "course.svg"} <= {
        path.name for path in tmp_path.iterdir()
    }


def test_the_table_of_the_page_is_what_is_printed(capsys) -> None:
    shown = re.search(r"```console\n\$ [^\n]+\n(Predicted.*?)```", PAGE, re.DOTALL)[1]
    assert main(shlex.split(COMMANDS[0])) == 0
    assert capsys.readouterr().out == shown
