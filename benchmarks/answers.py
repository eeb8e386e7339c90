"""A thousand answers in a minute from fifty phones: none lost, none doubled, and how long each waited.

    python benchmarks/answers.py [phones] [seconds]
    python scripts/with_postgres.py python benchmarks/answers.py

The clinic is served as `tenuto serve` serves it, in a process of its own, and each phone comes in by its own link. A phone
answers its questions one by one, evenly over the time; every fifth answer is sent twice at the same moment, as a phone
does that did not hear that the first arrived. Afterwards every answer has to be on record once, every form complete and scored
once, and every thought of death has to have its task. The time of an answer is also given as a multiple of a page that
rests on nothing, fetched between the answers. Exits 1 when an answer is lost or doubled, or the limit is missed.
"""

from __future__ import annotations

import http.client
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

MEDIAN_MS = 100.0
PORT = 8975
SCALES = ["phq9", "gad7", "urinary_check", "craving_check"]
TWICE_EVERY = 5
BORN = date(1980, 5, 4)
FIRST_WAIT_S = 60


@dataclass
class Phone:
    """A browser that came in by a link, what it sent, and how long each answer took."""

    token: str
    cookies: SimpleCookie = field(default_factory=SimpleCookie)
    sent: list[str] = field(default_factory=list)
    taken_ms: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def ask(self, method: str, path: str, body: dict[str, str] | None = None) -> tuple[int, str]:
        """One request on a connection of its own."""
        headers = {"Cookie": "; ".join(f"{name}={kept.value}" for name, kept in self.cookies.items())}
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": self.csrf}
        if path.endswith("/answer/"):
            headers["Accept"] = "application/json"
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        connection.request(method, path, urlencode(body) if body is not None else None, headers)
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        for line in answer.headers.get_all("Set-Cookie") or ():
            self.cookies.load(line)
        connection.close()
        return answer.status, text

    @property
    def csrf(self) -> str:
        return next((kept.value for name, kept in self.cookies.items() if "csrf" in name), "")

    def come_in(self) -> None:
        """Past the door."""
        self.ask("GET", f"/l/{self.token}/")
        status, text = self.ask("POST", f"/l/{self.token}/", {"born": BORN.isoformat()})
        if status != 302:
            raise SystemExit(f"The door answered {status}: {re.sub('<[^>]+>|[ ]+', ' ', text)[-300:]}")
        self.ask("GET", "/today/")

    def answer(self, scale: str, item: str, value: int, *, twice: bool) -> None:
        """Send one answer, or the same one twice at the same moment."""
        name = str(uuid4())
        body = {"client": name, "instrument": scale, "item": item, "value": str(value), "at": ""}
        self.sent.append(name)
        again = threading.Thread(target=self._send, args=(body,)) if twice else None
        if again:
            again.start()
        self._send(body)
        if again:
            again.join()

    def _send(self, body: dict[str, str]) -> None:
        begun = time.perf_counter()
        status, text = self.ask("POST", "/today/answer/", body)
        self.taken_ms.append((time.perf_counter() - begun) * 1000)
        if status != 204:
            self.problems.append(f"{status}: {' '.join(re.sub('<[^>]*>', ' ', text).split())[:160]}")


def main() -> int:
    phones = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 60.0
    with tempfile.TemporaryDirectory(prefix="tenuto-bench-") as folder:
        os.environ["TENUTO_VAR"] = folder
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tenuto.clinic.config.settings")
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connections

        call_command("migrate", verbosity=0)
        links = fill(phones)
        connections.close_all()
        server = subprocess.Popen(
            [sys.executable, "-m", "tenuto", "serve", "--port", str(PORT), "--no-worker"],
            stdout=subprocess.DEVNULL,
        )
        try:
            return run([Phone(token) for token in links], seconds)
        finally:
            server.terminate()
            server.wait()


def fill(number: int) -> list[str]:
    """A clinic with so many patients, each with a link; the tokens of the links."""
    from django.utils import timezone

    from tenuto.clinic.accounts.models import Role
    from tenuto.clinic.accounts.services import employ, open_clinic
    from tenuto.clinic.demo.staff import PASSWORD
    from tenuto.clinic.people.identity import prefer_contact, register_patient
    from tenuto.clinic.people.models import Channel
    from tenuto.clinic.ports.api import put_on_call
    from tenuto.clinic.scales.api import ask_by_link
    from tenuto.core.intake.facts import Identifier

    now, day = timezone.now(), timedelta(days=1)
    clinic = open_clinic(name="Benchmark", demonstration=True)
    staff = employ(
        clinic=clinic, username="bench", password=PASSWORD, name="Bench", role=Role.PRESCRIBER, at=now
    )
    put_on_call(staff=staff, begins_at=now - day, ends_at=now + day, phone="555 0190", by=staff, at=now)
    found = []
    for index in range(number):
        known = [Identifier(f"BENCH-{index:04}", "MRN", "urn:tenuto:benchmark", proves=True)]
        patient = register_patient(
            name=f"Bench {index}", birth_date=BORN, identifiers=known, by=staff, at=now
        )
        prefer_contact(
            patient=patient, channel=Channel.SMS, allowed=True, address="555 0142", by=staff, at=now
        )
        asked = ask_by_link(patient=patient, instruments=SCALES, expires=now + day, by=staff, at=now)
        found.append(asked.token)
    return found


def run(phones: list[Phone], seconds: float) -> int:
    """All phones answer at once; what is on record afterwards is counted."""
    from tenuto.core.scales.reading import instrument

    wait_for(phones[0])
    for phone in phones:
        phone.come_in()
    questions = [(name, item.id) for name in SCALES for item in instrument(name).items]
    pace = seconds / len(questions)
    idle: list[float] = []
    done = threading.Event()

    def fill_in(phone: Phone, place: int) -> None:
        begin = time.perf_counter() + pace * place / len(phones)
        for number, (scale, item) in enumerate(questions):
            time.sleep(max(0.0, begin + pace * number - time.perf_counter()))
            phone.answer(scale, item, 1, twice=(number + place) % TWICE_EVERY == 0)

    def look() -> None:
        stranger = Phone("")
        while not done.wait(pace / 10):
            begun = time.perf_counter()
            stranger.ask("GET", "/leaflets/")
            idle.append((time.perf_counter() - begun) * 1000)

    looking = threading.Thread(target=look)
    threads = [threading.Thread(target=fill_in, args=(phone, place)) for place, phone in enumerate(phones)]
    begun = time.perf_counter()
    for thread in [looking, *threads]:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - begun
    done.set()
    looking.join()
    return 0 if told(phones, len(questions), took, idle) else 1


def wait_for(phone: Phone) -> None:
    """Until the server answers."""
    until = time.perf_counter() + FIRST_WAIT_S
    while time.perf_counter() < until:
        try:
            phone.ask("GET", "/leaflets/")
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit(f"The server did not answer in {FIRST_WAIT_S} s.")


def told(phones: list[Phone], questions: int, took: float, idle: list[float]) -> bool:
    """Print what was measured and counted; whether nothing is lost or doubled and the limit is kept."""
    from django.db import connection

    sent = [name for phone in phones for name in phone.sent]
    taken = sorted(each for phone in phones for each in phone.taken_ms)
    problems = [each for phone in phones for each in phone.problems]
    wrong = counted(sent, phones=len(phones))
    median, page = statistics.median(taken), statistics.median(idle)
    print(
        f"{connection.vendor}: {len(sent)} answers to {len(phones)} times {questions} questions in {took:.0f} s, sent {len(taken)} times"
    )
    print(f"an answer: median {median:.1f} ms, 95 of 100 within {taken[len(taken) * 95 // 100]:.1f} ms, longest {taken[-1]:.0f} ms, "
          f"{median / page:.1f} times a leaflet's page ({page:.1f} ms) (limit {MEDIAN_MS:.0f} ms)")  # fmt: skip
    for each in [*wrong, *problems[:3]]:
        print(f"wrong: {each}")
    print("none lost, none doubled" if not wrong else "not as it was sent")
    return not wrong and not problems and median <= MEDIAN_MS


def counted(sent: list[str], *, phones: int) -> list[str]:
    """What of the record is not as it was sent, in sentences."""
    from collections import Counter

    from tenuto.clinic.ports.models import Task
    from tenuto.clinic.scales.models import ItemAnswer, ScaleForm

    kept: Counter[Any] = Counter(str(each) for each in ItemAnswer.objects.values_list("client_id", flat=True))
    forms = Counter(ScaleForm.objects.values_list("patient", "instrument"))
    alarms = Counter(Task.objects.filter(kind__startswith="suicide").values_list("patient", flat=True))
    found = {
        "answers lost": len(set(sent) - set(kept)),
        "answers doubled": sum(times > 1 for times in kept.values()),
        "answers nobody sent": len(set(kept) - set(sent)),
        "forms lost": phones * len(SCALES) - len(forms),
        "forms doubled": sum(times > 1 for times in forms.values()),
        "thoughts of death without a task": phones - len(alarms),
    }
    return [f"{number} {what}" for what, number in found.items() if number]


if __name__ == "__main__":
    raise SystemExit(main())
