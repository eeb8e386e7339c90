"""The command's frame: help, unknown words, sentences instead of tracebacks."""

import os
import subprocess
import sys

import pytest

from tenuto import __version__, cli


def test_without_words_it_shows_every_command(capsys):
    assert cli.main([]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown and command.summary in shown for name, command in cli.COMMANDS.items())


def test_version(capsys):
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"tenuto {__version__}\n"


@pytest.mark.parametrize("words", [["nope"], ["docs"], ["docs", "dance"], ["docs", "build", "--colour"]])
def test_unusable_words_get_one_sentence_and_exit_2(words, capsys):
    assert cli.main(words) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("tenuto: ")
    assert captured.err.count("\n") == 1


def test_what_a_user_typed_cannot_steer_the_terminal(capsys):
    assert cli.main(["\x1b[31mred\x07"]) == 2
    assert "\x1b" not in capsys.readouterr().err


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_explains_itself(name):
    done = subprocess.run(
        [sys.executable, "-m", "tenuto", name, "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert done.stdout.startswith("usage: tenuto ")


def test_a_reader_that_leaves_early_is_no_error():
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "tenuto"]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert done.stderr == ""
    assert done.returncode == 0


@pytest.mark.parametrize("words", [["help", "plan"], ["help", "backup", "make"]])
def test_help_of_a_command_is_its_own_help(words, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    asked = capsys.readouterr().out
    with pytest.raises(SystemExit):
        cli.main([*words[1:], "--help"])
    assert ended.value.code == 0
    assert asked == capsys.readouterr().out
    assert " ".join(words[1:]) in asked


def test_help_of_what_is_no_command_names_it(capsys):
    assert cli.main(["help", "plann"]) == 2
    assert "'plann'" in capsys.readouterr().err
