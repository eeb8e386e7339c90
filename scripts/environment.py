"""Builds the project's environments. Standard library only: it runs before anything is installed."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
LOCKS = {"runtime": "requirements.lock", "test": "requirements-test.lock"}
FOLDERS = {"runtime": ".venv", "test": ".venv-test"}
SILENT_SECONDS = 10
"""After so long without an end, a command says that it goes on: a slow index looks like a broken one."""


class CannotPrepare(Exception):
    """The environment can't be made; the message says what to do."""


def say(text: str) -> None:
    """Print progress to standard error, so that a command's own output stays clean."""
    print(text, file=sys.stderr, flush=True)


def run_quietly(command: list[str], *, doing: str) -> None:
    """Run a command; what it prints is shown only when it fails, with what it was for. A long one says that it goes on."""
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    environment |= {"UV_NO_PROGRESS": "1", "PIP_ROOT_USER_ACTION": "ignore"}
    code, said = _run(command, environment, doing=doing)
    if code and "certificate" in said and "UV_SYSTEM_CERTS" not in environment:
        # An index behind a proxy with its own certificate authority: trust what the system trusts.
        environment["UV_SYSTEM_CERTS"] = "true"
        code, said = _run(command, environment, doing=doing)
    if code:
        tail = "\n".join(said.strip().splitlines()[-12:])
        raise CannotPrepare(
            f"Stopped while {doing}.\n{tail}\nCheck that the package index can be reached, then run this again."
        )


def _run(command: list[str], environment: dict[str, str], *, doing: str) -> tuple[int, str]:
    """The exit code of a command and all that it printed."""
    try:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
    except OSError as error:
        raise CannotPrepare(f"Could not start {command[0]} while {doing}: {error}.") from error
    said: list[str] = []
    with process:
        reader = threading.Thread(target=lambda: said.extend(process.stdout or ()), daemon=True)
        started = time.monotonic()
        reader.start()
        while reader.is_alive():
            reader.join(SILENT_SECONDS)
            if reader.is_alive():
                newest = said[-1].strip() if said else "nothing said yet"
                say(f"  still {doing}, {time.monotonic() - started:.0f} s: {newest}")
    return process.returncode, "".join(said)


def has_pip() -> bool:
    """Whether this Python has pip, which Debian leaves out."""
    return importlib.util.find_spec("pip") is not None


def _uv() -> Path:
    """The pinned installer, put into .tools with pip because a bare machine has neither uv nor venv."""
    lock = ROOT / "requirements" / "bootstrap.lock"
    stamp = TOOLS / "stamp"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    binary = TOOLS / "bin" / ("uv.exe" if os.name == "nt" else "uv")
    if not binary.exists() or not stamp.exists() or stamp.read_text() != wanted:
        if not has_pip():
            raise CannotPrepare(
                f"{sys.executable} has no pip, which fetches the installer. Install pip (Debian and Ubuntu: "
                "`apt-get install python3-pip`; elsewhere: `python3 -m ensurepip`) and run this again."
            )
        say("Fetching the installer (once) ...")
        run_quietly(
            [
                sys.executable,
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--upgrade",
                "--require-hashes",
                "--target",
                str(TOOLS),
                "-r",
                str(lock),
            ],
            doing="fetching the installer with pip",
        )
        stamp.write_text(wanted)
    return binary


def python_of(kind: str) -> Path:
    """Where the interpreter of an environment is (or will be)."""
    folder = ROOT / FOLDERS[kind]
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def ensure(kind: str) -> Path:
    """Make the environment match its lock and return its interpreter. Does nothing when it already matches."""
    if sys.version_info < (3, 11):
        raise CannotPrepare(
            f"Tenuto needs Python 3.11 or newer; this is {sys.version.split()[0]}. Start it with a newer python3."
        )
    lock = ROOT / LOCKS[kind]
    python = python_of(kind)
    stamp = ROOT / FOLDERS[kind] / "stamp"
    wanted = hashlib.sha256(
        lock.read_bytes() + (ROOT / "pyproject.toml").read_bytes() + sys.version.encode()
    ).hexdigest()
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    uv = _uv()
    say(f"Building {FOLDERS[kind]} from {lock.name} ...")
    run_quietly(
        [str(uv), "venv", "--clear", "--python", sys.executable, str(ROOT / FOLDERS[kind])],
        doing="creating the environment",
    )
    run_quietly(
        [
            str(uv),
            "pip",
            "sync",
            "--compile-bytecode",
            "--require-hashes",
            "--python",
            str(python),
            str(lock),
        ],
        doing=f"installing {lock.name}",
    )
    # The build backend is part of uv itself, so nothing further is fetched here.
    run_quietly(
        [
            str(uv),
            "pip",
            "install",
            "--offline",
            "--no-deps",
            "--python",
            str(python),
            "--editable",
            str(ROOT),
        ],
        doing="installing tenuto itself",
    )
    # The installer compiles what it copies; an editable install copies nothing.
    run_quietly(
        [str(python), "-m", "compileall", "-q", "-j", "0", str(ROOT / "src")], doing="compiling tenuto itself"
    )
    stamp.write_text(wanted)
    return python
