"""Several people write at once: the chain stays one chain, on both databases."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.ledger.services import record, record_read
from tenuto.clinic.ledger.verify import Report, verify
from tests.clinic.conftest import NOW

pytestmark = pytest.mark.thorough

WRITERS, EACH = 6, 10


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.vendor == "sqlite",
    reason="the test's SQLite is in memory, with one connection; a file is tried below",
)
def test_events_of_many_writers_make_one_chain(alice):
    failures: list[BaseException] = []
    before = AuditEvent.objects.count()

    def write(number: int) -> None:
        try:
            for each in range(EACH):
                staff = Staff.objects.get(pk=alice.pk)
                if (number + each) % 2:
                    record_read(subject=staff, by=staff, at=NOW, what="staff page")
                else:
                    with transaction.atomic():
                        record(action="touched", subject=staff, by=staff, at=NOW)
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert AuditEvent.objects.count() == before + WRITERS * EACH
    assert list(verify(Report())) == []


SCRIPT = """
import sys
import django
django.setup()
from django.db import transaction
from django.utils import timezone
from tenuto.clinic.ledger.services import record
from tenuto.clinic.accounts.models import Staff
staff = Staff.objects.get(username="alice")
for _ in range(int(sys.argv[1])):
    with transaction.atomic():
        record(action="touched", subject=staff, by=staff, at=timezone.now())
"""


def test_processes_on_one_sqlite_file_make_one_chain(tmp_path):
    import os
    import subprocess
    import sys

    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("TENUTO_")},
        "DJANGO_SETTINGS_MODULE": "tenuto.clinic.config.settings",
        "TENUTO_VAR": str(tmp_path),
    }
    load = (
        "import django; django.setup(); from django.core.management import call_command as c; c('migrate', verbosity=0);"
        "from tenuto.clinic.demo.services import load_if_empty; load_if_empty()"
    )
    subprocess.run([sys.executable, "-c", load], env=environment, check=True)
    writers = [subprocess.Popen([sys.executable, "-c", SCRIPT, str(EACH)], env=environment) for _ in range(3)]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    checked = subprocess.run(
        [sys.executable, "-m", "tenuto", "audit", "verify"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "The audit chain is whole" in checked.stdout
