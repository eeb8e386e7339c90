"""A pipe keeps no command waiting, and a device is neither read nor replaced."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tenuto import cli
from tenuto.cli import UserError
from tenuto.cli.files import write_atomically

READERS = (
    ["plan", "{file}"],
    ["plan", "examples/pass.json", "--policy", "{file}"],
    ["forecast", "{file}"],
    ["simulate", "trial", "{file}"],
    ["simulate", "clinic", "{file}"],
    ["policy", "check", "{file}"],
    ["pk", "--weight", "70", "--regimen", "{file}"],
)


@pytest.fixture
def pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


@pytest.mark.parametrize("words", READERS, ids=" ".join)
def test_a_pipe_is_a_sentence_at_once(words, pipe):
    command = [sys.executable, "-m", "tenuto", *(word.format(file=pipe) for word in words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "it is a pipe" in done.stderr


def test_the_sentence_says_what_it_is(pipe, capsys):
    assert cli.main(["forecast", str(pipe)]) == 2
    assert "can't be read: it is a pipe, not a file" in capsys.readouterr().err


def test_a_device_is_not_replaced(tmp_path):
    """As root a device could be replaced by a file; a pipe stands for it here."""
    os.mkfifo(tmp_path / "device")
    with pytest.raises(UserError, match="it is a pipe, not a file"):
        write_atomically(tmp_path / "device", b"rows")
    assert stat.S_ISFIFO((tmp_path / "device").stat().st_mode)


def test_a_table_does_not_replace_a_device(capsys):
    words = ["pk", "--weight", "70", "--dose", "0.5 mg/kg", "--over", "40 min", "--csv", "/dev/null"]
    assert cli.main(words) == 2
    assert "'/dev/null' can't be written: it is a device, not a file" in capsys.readouterr().err
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


DIGITS = "9" * 5000
ODD = {
    "a number of 5,000 digits": f"a = {DIGITS}",
    "a fraction of 5,000 digits": f"a = {DIGITS}.5",
    "a huge exponent": "a = 1e999999999",
    "deep lists": f"a = {'[' * 5000}{']' * 5000}",
    "deep tables": f"a = {'{b = ' * 3000}1{'}' * 3000}",
    "a key of many parts": f"a{'.a' * 3000} = 1",
    "a day that is none": "a = 0000-00-00",
    "NUL": 'a = "\x00"',
}
TOML_READERS = (
    ["plan", "examples/pass.json", "--policy", "{file}"],
    ["simulate", "trial", "{file}"],
    ["simulate", "clinic", "{file}"],
    ["policy", "check", "{file}"],
    ["pk", "--weight", "70", "--regimen", "{file}"],
)


@pytest.mark.parametrize("words", TOML_READERS, ids=" ".join)
@pytest.mark.parametrize("odd", ODD)
def test_odd_toml_is_a_sentence(words, odd, tmp_path, capsys):
    file = tmp_path / "odd.toml"
    file.write_text(ODD[odd])
    assert cli.main([word.format(file=file) for word in words]) == 2
    assert capsys.readouterr().err.strip() != ""
