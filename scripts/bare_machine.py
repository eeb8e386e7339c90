"""Prove that a bare machine runs everything: a new Debian root with Python and pip, this checkout, `./run` and `./test`.

By hand, as root, on Debian or Ubuntu with `debootstrap`, where the Debian and Python package indexes can be reached:

    python scripts/bare_machine.py /tmp/bare
    python scripts/bare_machine.py /tmp/bare "./test --only 'browser journeys' -- tests/journeys/test_sign_plan.py"

Each command adds a row to docs/bare-machine-results.md. Without one, first the refusal without pip, then everything.

The root shares nothing with the machine but its kernel, its name servers and its certificate authorities.
"""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "docs" / "bare-machine-results.md"
HEAD = """\
# On a bare machine

`scripts/bare_machine.py` makes a new Debian root that holds Python and what is named here, copies the checkout into it and
runs the commands, one after the other. Nothing else was installed by hand.

| date | system | holds | command | result | seconds |
|---|---|---|---|---|---|
"""
PLACE = "opt/tenuto"
PASSED_ON = (
    "PIP_",
    "UV_",
    "SSL_",
    "REQUESTS_",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
)
AUTHORITIES = "etc/ssl/certs/ca-certificates.crt"
REFUSED = 1
"""What `./run` ends with when something has to be installed first."""
WITHOUT_PIP = ("python3", "ca-certificates")
PROOF = (
    "./run plan examples/pass.json --policy examples/policy-example.toml --vial 50mg/mL --total-volume 100mL --as-of 2026-03-02",
    "./test",
)


def main() -> int:
    """Make the root, run the commands in it and add a row for each; 1 when one of them ended otherwise than it should."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="the new root; made when it is not there")
    parser.add_argument("--suite", default="bookworm", help="the Debian release (bookworm)")
    parser.add_argument(
        "commands", nargs="*", metavar="COMMAND", help="what to run with pip, instead of everything"
    )
    asked = parser.parse_args()
    folder: Path = asked.folder.resolve()
    if not (folder / "usr").exists():
        _make(folder, asked.suite)
    _copy(folder)
    return _prove(folder, asked.suite, asked.commands)


def _prove(folder: Path, suite: str, commands: list[str]) -> int:
    wrong = 0
    if not commands:
        code, seconds = _inside(folder, "./run --help")
        wrong += code != REFUSED
        result = "refused with a sentence" if code == REFUSED else f"exit code {code}"
        _add_row(suite, " and ".join(WITHOUT_PIP), "./run --help", result, seconds)
    _inside(folder, "apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-pip")
    for command in commands or PROOF:
        code, seconds = _inside(folder, command)
        wrong += code != 0
        _add_row(suite, "pip too", command, f"exit code {code}" if code else "passed", seconds)
    return 1 if wrong else 0


def _add_row(suite: str, held: str, command: str, result: str, seconds: float) -> None:
    system = f"Debian {suite}, {platform.machine()}, {os.cpu_count()} cores"
    row = f"| {datetime.now(UTC).date()} | {system} | {held} | `{command}` | {result} | {seconds:.0f} |\n"
    text = TABLE.read_text("utf-8") if TABLE.exists() else HEAD
    TABLE.write_text(text + row, "utf-8")
    print(row, end="", flush=True)


def _make(folder: Path, suite: str) -> None:
    if shutil.which("debootstrap") is None or os.geteuid() != 0:
        sys.exit("This needs root and debootstrap (`apt-get install debootstrap`).")
    holds = ",".join(WITHOUT_PIP)
    command = ["debootstrap", "--variant=minbase", f"--include={holds}", suite, str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _copy(folder: Path) -> None:
    """The checkout as it is committed, the name servers, and whom the machine trusts."""
    place = folder / PLACE
    place.mkdir(parents=True, exist_ok=True)
    # What an earlier checkout had and this one has not is gone; the environments, hidden, may stay.
    for old in place.iterdir():
        if not old.name.startswith("."):
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", str(place)], input=archive, check=True)
    shutil.copy("/etc/resolv.conf", folder / "etc/resolv.conf")
    if Path("/", AUTHORITIES).exists():
        shutil.copy(Path("/", AUTHORITIES), folder / AUTHORITIES)


def _inside(folder: Path, command: str) -> tuple[int, float]:
    """Exit code and seconds of a command in the root, with processes, mounts and environment of its own."""
    own = [f"{name}={value}" for name, value in os.environ.items() if name.startswith(PASSED_ON)]
    within = ["env", "-i", "HOME=/root", "LANG=C.UTF-8", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", *own]
    within += ["sh", "-c", f"cd /{PLACE} && {command}"]
    root = shlex.quote(str(folder))
    mounts = f"mount -t proc proc {root}/proc && mount -t tmpfs tmpfs {root}/dev/shm"
    script = f"{mounts} && exec chroot {root} {shlex.join(within)}"
    started = time.monotonic()
    done = subprocess.run(["unshare", "--mount", "--pid", "--fork", "sh", "-c", script], check=False)
    return done.returncode, time.monotonic() - started


if __name__ == "__main__":
    sys.exit(main())
