"""What the one chain of audit events costs under the vitals of an infusion day.

    python benchmarks/ledger.py [seconds]
    python scripts/with_postgres.py python benchmarks/ledger.py [seconds]

Sixty-four values a second arrive at their times, from four processes, whether or not the one before is written; thirty
readers ask for the newest events of a patient, as open pages do. The same load is written in three ways: every value as
one small row in a transaction of its own, without any chain (row); every value as an audit event in the chain (each); and
as a monitor delivers them, the eight values of one second of one chair together, eight rows sealed by one event (tick).
Times are from the moment a value was due until it was committed; the ratios to row are what the chain costs on this
machine. Exits 1 when the charting of an infusion day does not keep up: when the value of a tick was committed more than
half a second late in the 95th percentile.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from uuid import uuid4

VALUES_A_SECOND = 64
WRITERS = 4
READERS = 30
READ_EVERY_SECONDS = 1.0
LIMIT_MS = 500.0
VALUES_A_TICK = 8
"""What one monitor says at once: two pressures, pulse, rate of breathing, saturation, sedation, rate and volume."""


def main() -> int:
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory(prefix="tenuto-bench-") as folder:
        os.environ["TENUTO_VAR"] = folder
        prepare()
        found = {work: measure(work, seconds) for work in WORK}
        print(f"{engine()}, {VALUES_A_SECOND} values a second for {seconds} s beside {READERS} readers\n")
        print(f"{'':8}{'median':>10}{'95 %':>10}{'longest':>10}{'written':>10}")
        for work, times in found.items():
            figures = (percentile(times, 50), percentile(times, 95), times[-1])
            print(
                f"{work:8}" + "".join(f"{1000 * value:>7.1f} ms" for value in figures) + f"{len(times):>10}"
            )
        for work in ("each", "tick"):
            ratios = [percentile(found[work], q) / percentile(found["row"], q) for q in (50, 95)]
            print(
                f"\n{work} / row: {ratios[0]:.2f} in the median, {ratios[1]:.2f} in the 95th percentile",
                end="",
            )
        late = 1000 * percentile(found["tick"], 95) > LIMIT_MS
        print("\nCharting does NOT keep up." if late else "\nCharting keeps up.")
    return int(late)


def percentile(times: list[float], q: int) -> float:
    """Of sorted times, in seconds."""
    return times[len(times) * q // 100]


def prepare() -> None:
    """An empty database on the engine at hand."""
    start_django()
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", verbosity=0)
    connections.close_all()


def start_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tenuto.clinic.config.settings")
    import django

    django.setup()


def engine() -> str:
    from django.db import connection

    return {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.vendor]


def measure(work: str, seconds: int) -> list[float]:
    """Seconds from due to committed of every value, sorted."""
    context = multiprocessing.get_context("spawn")
    times, stop, ready = context.Queue(), context.Event(), context.Barrier(WRITERS + 2)
    readers = [context.Process(target=read, args=(ready, stop, READERS // 2)) for _ in range(2)]
    writers = [
        context.Process(target=write, args=(ready, work, number, seconds, times)) for number in range(WRITERS)
    ]
    for process in (*readers, *writers):
        process.start()
    found = sorted(value for _ in writers for value in times.get(timeout=seconds * 10 + 60))
    stop.set()
    for process in (*readers, *writers):
        process.join()
    return found


def write(
    ready: threading.Barrier, work: str, number: int, seconds: int, times: multiprocessing.Queue[list[float]]
) -> None:
    """Every value of one writer, each at its time or as soon as the one before is done."""
    start_django()
    action = WORK[work]()
    action(0)
    ready.wait()
    start, taken = time.time() + 0.5, []
    at_once = VALUES_A_TICK if work == "tick" else 1
    for turn in range(seconds * VALUES_A_SECOND // WRITERS // at_once):
        due = start + (turn * WRITERS + number) * at_once / VALUES_A_SECOND
        time.sleep(max(0.0, due - time.time()))
        action(turn)
        taken += [time.time() - due] * at_once
    times.put(taken)


def each_work() -> Callable[[int], None]:
    """Every value an audit event in the chain."""
    from django.db import transaction
    from django.utils import timezone

    from tenuto.clinic.ledger.actors import SYSTEM
    from tenuto.clinic.ledger.models import OutboxMessage
    from tenuto.clinic.ledger.services import record

    subject = OutboxMessage(pk=1)

    def action(turn: int) -> None:
        with transaction.atomic():
            record(
                action="charted vital",
                subject=subject,
                by=SYSTEM,
                at=timezone.now(),
                detail={"systolic": 120 + turn % 20},
            )

    return action


def row_work() -> Callable[[int], None]:
    """A small row in a transaction of its own."""
    from django.db import transaction
    from django.utils import timezone

    from tenuto.clinic.ledger.models import OutboxMessage

    def action(turn: int) -> None:
        with transaction.atomic():
            OutboxMessage.objects.create(
                key=str(uuid4()), kind="bench", payload={"systolic": 120 + turn % 20}, due_at=timezone.now()
            )

    return action


def tick_work() -> Callable[[int], None]:
    """The values of one second of one chair: a row for each, one event for all."""
    from django.db import transaction

    one_row, event = row_work(), each_work()

    def action(turn: int) -> None:
        with transaction.atomic():
            for value in range(VALUES_A_TICK):
                one_row(turn + value)
            event(turn)

    return action


WORK: dict[str, Callable[[], Callable[[int], None]]] = {
    "row": row_work,
    "each": each_work,
    "tick": tick_work,
}


def read(ready: threading.Barrier, stop: threading.Event, number: int) -> None:
    """Some open pages of one server process: each looks at the newest events once a second."""
    start_django()
    from django.db import connection

    from tenuto.clinic.ledger.models import AuditEvent

    def look(offset: float) -> None:
        time.sleep(offset)
        while not stop.is_set():
            list(AuditEvent.objects.order_by("-number").values_list("number", "action", "at")[:50])
            connection.close()
            time.sleep(READ_EVERY_SECONDS)

    threads = [threading.Thread(target=look, args=(turn / number,)) for turn in range(number)]
    ready.wait()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    sys.exit(main())
