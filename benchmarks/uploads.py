"""How long a nurse waits for her pages while four colleagues take in large records.

    python benchmarks/uploads.py [pages]

The demonstration is served in a process of its own. A nurse opens the worklist, today's board and a plan, one after the other,
first alone and then while four people send a record of 0.9 MB again and again. Medians and the worst are given in seconds and as
multiples of the same without uploads. Exits 1 when the median page takes more than four times as long, a page takes more than
2 s longer than the worst without, or a record is refused.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

PORT = 8970
BASE = f"http://127.0.0.1:{PORT}"
UPLOADERS = ("alice", "bob", "carol", "dora")
PASSWORD = "hold-the-note"  # noqa: S105 - of invented people, in the README
PAGES = 60
RECORD_BYTES = 900_000
LIMITS = {"median, times": 4.0, "worst, s more": 2.0}
CODES = (("29463-7", "kg"), ("8480-6", "mm[Hg]"), ("718-7", "g/dL"), ("1742-6", "U/L"))


class Browser:
    """Somebody who is signed in."""

    def __init__(self, name: str) -> None:
        self.cookies = CookieJar()
        self.open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies)).open
        self.get("/sign-in/")
        self.post(
            "/sign-in/",
            urllib.parse.urlencode({"username": name, "password": PASSWORD, **self.token()}).encode(),
        )

    def token(self) -> dict[str, str]:
        """What every form sends along."""
        return {"csrfmiddlewaretoken": next(each.value or "" for each in self.cookies if "csrf" in each.name)}

    def get(self, path: str) -> str:
        """A page."""
        with self.open(BASE + path, timeout=300) as answer:
            return str(answer.read().decode())

    def post(self, path: str, body: bytes, kind: str = "application/x-www-form-urlencoded") -> str:
        """The page after a form."""
        headers = {"Content-Type": kind, "Origin": BASE, "Referer": BASE + "/"}
        request = urllib.request.Request(BASE + path, data=body, headers=headers)  # noqa: S310 - our own server
        with self.open(request, timeout=300) as answer:
            return str(answer.read().decode())

    def upload(self, record: bytes) -> bool:
        """Whether the record was read."""
        parts = [
            f'--cut\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'
            for k, v in self.token().items()
        ]
        head = (
            "".join(parts)
            + '--cut\r\nContent-Disposition: form-data; name="bundle"; filename="big.json"\r\n\r\n'
        )
        try:
            self.post(
                "/interop/bundles/",
                head.encode() + record + b"\r\n--cut--\r\n",
                "multipart/form-data; boundary=cut",
            )
        except urllib.error.HTTPError as refused:
            print(f"refused with {refused.code}", file=sys.stderr)
            return False
        return True


def record_of(number: int) -> bytes:
    """The record of one person, with values of many years."""
    person = {
        "resourceType": "Patient",
        "id": "p",
        "birthDate": "1980-01-02",
        "name": [{"text": f"Demo Large {number}"}],
    }
    entries, size = [{"resource": person}], 0
    while size < RECORD_BYTES:
        n = len(entries)
        code, unit = CODES[n % len(CODES)]
        value = {
            "resourceType": "Observation", "id": f"o{n}", "status": "final", "subject": {"reference": "Patient/p"},
            "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
            "effectiveDateTime": f"20{10 + n % 15}-{1 + n % 12:02}-{1 + n % 28:02}",
            "valueQuantity": {"value": 50 + n % 60, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
        }  # fmt: skip
        entries.append({"resource": value})
        size += len(json.dumps(value)) + 16
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def opened(nurse: Browser, paths: list[str], number: int) -> list[float]:
    """Seconds of each page."""
    took = []
    for n in range(number):
        began = time.perf_counter()
        nurse.get(paths[n % len(paths)])
        took.append(time.perf_counter() - began)
    return took


def main() -> int:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else PAGES
    with tempfile.TemporaryDirectory(prefix="tenuto-bench-") as folder:
        environment = {**os.environ, "TENUTO_VAR": folder}
        command = [sys.executable, "-m", "tenuto", "serve", "--port", str(PORT)]
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as server:
            try:
                return measure(number)
            finally:
                server.terminate()


def wait_for_server() -> None:
    """Until it answers; the demonstration is built first."""
    for _ in range(300):
        try:
            urllib.request.urlopen(BASE + "/sign-in/", timeout=5).close()  # noqa: S310 - our own server
            return
        except OSError:
            time.sleep(1)
    raise SystemExit("The server did not answer within five minutes.")


def measure(number: int) -> int:
    """Print the times and say whether they are within the limits."""
    wait_for_server()
    nurse = Browser("bob")
    plan = re.search(r"/patients/[0-9a-f-]{36}/plan/", nurse.get("/worklist/") + nurse.get("/"))
    paths = ["/worklist/", "/chairs/", *([plan[0]] if plan else [])]
    opened(nurse, paths, len(paths) * 3)
    alone = opened(nurse, paths, number)
    over, read = threading.Event(), []

    def send(name: str, place: int) -> None:
        browser, record = Browser(name), record_of(place)
        while not over.is_set():
            began = time.perf_counter()
            kept = browser.upload(record)
            read.append((kept, time.perf_counter() - began))

    senders = [threading.Thread(target=send, args=(name, n)) for n, name in enumerate(UPLOADERS)]
    for each in senders:
        each.start()
    time.sleep(3)
    beside = opened(nurse, paths, number)
    over.set()
    for each in senders:
        each.join()
    return told(alone, beside, read)


def told(alone: list[float], beside: list[float], read: list[tuple[bool, float]]) -> int:
    """Print what was found; 1 where a limit is missed."""
    for what, took in (("alone", alone), ("beside four uploads", beside)):
        print(f"{what:20} median {statistics.median(took):6.3f} s   worst {max(took):6.3f} s")
    times = statistics.median(beside) / statistics.median(alone)
    more = max(beside) - max(alone)
    refused = sum(not kept for kept, _ in read)
    print(f"median {times:.1f} times, worst {max(beside) / max(alone):.1f} times ({more:+.2f} s)")
    print(
        f"{len(read)} records of 0.9 MB read in {max((s for _, s in read), default=0):.1f} s at most; refused: {refused}"
    )
    return int(times > LIMITS["median, times"] or more > LIMITS["worst, s more"] or refused > 0)


if __name__ == "__main__":
    sys.exit(main())
