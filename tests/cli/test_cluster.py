"""Work on a Dask cluster that runs elsewhere gives what one process gives, to the last digit."""

import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from tenuto.cli import main
from tests.cli.test_simulate import CLINIC, EXAMPLES
from tests.patience import PATIENCE, PROBE

pytestmark = pytest.mark.thorough

WINDOW = CLINIC.replace('kind = "symptom_triggered"', 'kind = "model_window"').replace(
    "days = 120", "days = 60"
)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def start(*words):
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def wait_for(port, seconds=PATIENCE):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket() as one:
            one.settimeout(PROBE)
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise TimeoutError(f"No scheduler on port {port}.")


@contextmanager
def cluster(workers):
    """A scheduler and its workers, started as a clinic's cluster is: each a process of its own."""
    port = free_port()
    processes = [start("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")]
    try:
        wait_for(port)
        address = f"tcp://127.0.0.1:{port}"
        worker = ("worker", address, "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1")
        processes += [start(*worker) for _ in range(workers)]
        yield address
    finally:
        for process in reversed(processes):
            process.terminate()
        for process in processes:
            process.wait(PATIENCE)


def played(tmp_path, name, *words):
    folder = tmp_path / name
    folder.mkdir()
    source = tmp_path / "clinic.toml"
    source.write_text(WINDOW, "utf-8")
    assert main(["simulate", "clinic", str(source), "--output", str(folder), "--seed", "3", *words]) == 0
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.soak
def test_one_two_and_four_workers_and_a_cluster_give_the_same_files(tmp_path):
    alone = played(tmp_path, "alone")
    assert set(alone) == {"policies.csv", "frontier.svg"}
    for workers in ("1", "2", "4"):
        assert played(tmp_path, f"with-{workers}", "--workers", workers) == alone
    with cluster(workers=2) as address:
        assert played(tmp_path, "cluster", "--scheduler", address) == alone


def test_a_scheduler_that_does_not_answer_is_one_sentence_with_exit_2(tmp_path, capsys):
    out = tmp_path / "out.csv"
    words = ["--replicates", "2", "--csv", str(out), "--scheduler", f"tcp://127.0.0.1:{free_port()}"]
    assert main(["simulate", "trial", str(EXAMPLES / "trial.toml"), *words]) == 2
    printed, err = capsys.readouterr()
    assert printed == ""
    assert "No Dask scheduler answers" in err
    assert "Check the address" in err
    assert not out.exists()
