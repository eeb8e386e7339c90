"""A real browser against a running server with the demonstration.

A journey is due for every action that a person does across pages. It is written as given, when, then; every page it
stops at is measured with axe at three widths in the same steps, and its picture is kept in `test-results/`.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.loaded import acting_on_loaded_pages
from tests.journeys.steps import PHONE, Visit
from tests.patience import ACTION_MILLISECONDS, PATIENCE, PROBE

ROOT = Path(__file__).resolve().parents[2]
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
expect.set_options(timeout=ACTION_MILLISECONDS)


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/journeys" in item.nodeid:
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    path = os.environ.get("TENUTO_TEST_BROWSER", "/usr/bin/chromium")
    return {**browser_type_launch_args, "executable_path": path, "args": FLAGS.split()}


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The address of `tenuto serve` with a database of its own."""
    with served(tmp_path_factory.mktemp("var")) as address:
        yield address


@contextmanager
def served(var: Path) -> Iterator[str]:
    """A server whose data is in a folder."""
    with Killable(var) as server:
        yield server.address


class Killable:
    """A server whose data is in a folder, that can be killed and started again at the same address."""

    def __init__(self, var: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.var, self.address = var, f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        own = {k: v for k, v in os.environ.items() if not k.startswith("TENUTO_")}
        environment = {**own, "TENUTO_VAR": str(self.var), "PYTHONPATH": str(ROOT / "src")}
        with (self.var / "server.log").open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tenuto", "serve", "--port", str(self.port)],
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + PATIENCE
        while not _answers(self.address):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.process.kill()
                pytest.fail((self.var / "server.log").read_text())
            time.sleep(0.2)

    def kill(self) -> None:
        """Without warning."""
        self.process.kill()
        self.process.wait(timeout=PATIENCE)

    def __enter__(self) -> Killable:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(timeout=PATIENCE)


def _answers(address: str) -> bool:
    try:
        return urllib.request.urlopen(f"{address}/sign-in/", timeout=PROBE).status == 200  # noqa: S310 - our own server
    except OSError:
        return False


@pytest.fixture(scope="session", autouse=True)
def _on_loaded_pages():
    with acting_on_loaded_pages():
        yield


@pytest.fixture
def visit(page, server):
    """A person at a browser; fails when the browser complained about anything."""
    person = Visit(page, server)
    yield person
    assert person.complaints == []


@pytest.fixture
def phone(browser, server):
    """The patient's own phone: another browser, without a sign-in."""
    context = browser.new_context(**PHONE)
    person = Visit(context.new_page(), server)
    yield person
    assert person.complaints == []
    context.close()
