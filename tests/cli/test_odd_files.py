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
from tenuto.cli.files import read_text, write_atomically
from tenuto.core.data import regular
from tests.patience import PATIENCE

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
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
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


@pytest.mark.skipif(not Path("/proc/self/mountinfo").exists(), reason="Linux alone shows itself as files")
@pytest.mark.parametrize(
    # A root of its own has /proc; /sys only where somebody mounted it.
    "file",
    ["/proc/version", "/proc/self/environ", "/proc/self/pagemap"]
    + [file for file in ("/sys/kernel/notes",) if Path(file).exists()],
)
@pytest.mark.parametrize("words", READERS, ids=" ".join)
def test_what_the_kernel_shows_as_a_file_is_not_read(words, file, capsys):
    """`/proc/kmsg` waits for the next message of the machine, `environ` holds secrets; both call themselves regular files."""
    assert cli.main([word.format(file=file) for word in words]) == 2
    told = capsys.readouterr().err
    assert "it is a view of the running system, not a file" in told
    assert "Linux" not in told


def test_a_file_of_a_memory_disk_is_a_file(tmp_path, monkeypatch):
    """It has no disk of its own either; the kind of its file system tells it from the kernel's."""
    place = tmp_path.stat().st_dev
    (tmp_path / "mounts").write_text(f"1 2 {os.major(place)}:{os.minor(place)} / /tmp rw - tmpfs tmpfs rw\n")
    monkeypatch.setattr(regular, "MOUNTS", tmp_path / "mounts")
    (tmp_path / "one.txt").write_text("words")
    assert read_text(str(tmp_path / "one.txt")) == "words"
    (tmp_path / "mounts").write_text(f"1 2 {os.major(place)}:{os.minor(place)} / /tmp rw - proc proc rw\n")
    with pytest.raises(UserError, match="a view of the running system"):
        read_text(str(tmp_path / "one.txt"))


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
