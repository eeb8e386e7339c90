"""Reading a large record beside the server, so that nobody's page waits for it: in a process of its own, at low priority.

One at a time and for as many seconds of the processor as the clinic's server allows (`TENUTO_READING_SECONDS`); then it is
ended. Other work slows down the clock and not the record, so a record that is read on an idle machine is read on a busy one.
By the clock it may take `PATIENCE` times as long, with its wait for others, so that nobody's upload hangs for ever. Run as
`python -m tenuto.clinic.interop.aside DAY ZONE SECONDS NAME` it reads a file from standard input and writes what it says.
"""

from __future__ import annotations

import json
import math
import os
import resource
import signal
import subprocess
import sys
import time
from datetime import date
from threading import Semaphore
from zoneinfo import ZoneInfo

from tenuto.clinic.interop.fhir import UnusableBundle, parse, read_bundle
from tenuto.clinic.interop.fhir.loading import too_slow
from tenuto.clinic.interop.told import Json, in_words

__all__ = ["SMALL", "read"]

SMALL = 200_000
"""Up to so many bytes a record is read where it came in: it is done before a process would have begun."""
_NICE = 5
"""Behind the pages; but on a busy machine it still gets on."""
PATIENCE = 5
"""So many times longer than on an idle machine a record may take by the clock: a process at low priority still gets a fifth of one
processor while pages and three other records want it [D]."""
_STARTING = 10
"""Seconds of the processor that Python, the rules and the JSON may take beside the reading, before the system ends the process."""
_one = Semaphore()


def read(data: bytes, *, name: str, as_of: date, zone: ZoneInfo, within: float) -> Json:
    """What a record says, as `told.in_words`. Raises `UnusableBundle`, also when it takes more than `within` seconds of the processor."""
    if len(data) <= SMALL:
        return in_words(read_bundle(parse(data, name=name), as_of=as_of, zone=zone, within=within))
    until = time.monotonic() + within * PATIENCE
    if not _one.acquire(timeout=within * PATIENCE):
        raise UnusableBundle(
            "Other records are being read. Nothing was kept of this one. Send it again in a minute."
        )
    try:
        return _read_beside(data, name=name, as_of=as_of, zone=zone, within=within, until=until)
    finally:
        _one.release()


def _read_beside(data: bytes, *, name: str, as_of: date, zone: ZoneInfo, within: float, until: float) -> Json:
    command = [
        sys.executable, "-m", "tenuto.clinic.interop.aside", as_of.isoformat(), zone.key, str(within), name,
    ]  # fmt: skip
    try:
        # Nothing of it comes from the record but its name, which is one argument and no command.
        done = subprocess.run(  # noqa: S603
            command, input=data, capture_output=True, timeout=max(1.0, until - time.monotonic()), check=True
        )
    except subprocess.TimeoutExpired:
        raise too_slow(round(within)) from None
    except subprocess.CalledProcessError as error:
        if error.returncode == -signal.SIGXCPU:
            raise too_slow(round(within)) from None
        raise UnusableBundle(
            "The record could not be read: the reading broke off. Nothing was kept. Export one patient's Bundle only."
        ) from error
    said: Json = json.loads(done.stdout)
    if "problem" in said:
        raise UnusableBundle(said["problem"])
    return said


def main(day: str, zone: str, seconds: str, name: str) -> None:
    """Read standard input and write JSON."""
    os.nice(_NICE)
    most = math.ceil(float(seconds)) + _STARTING
    # Also what looks at no clock, such as the JSON, ends.
    resource.setrlimit(resource.RLIMIT_CPU, (most, most + 1))
    try:
        bundle = parse(sys.stdin.buffer.read(), name=name)
        said = in_words(
            read_bundle(bundle, as_of=date.fromisoformat(day), zone=ZoneInfo(zone), within=float(seconds))
        )
    except UnusableBundle as problem:
        said = {"problem": str(problem)}
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
