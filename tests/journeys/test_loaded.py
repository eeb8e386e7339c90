"""What a journey does to a page whose scripts are late."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

LATE_SECONDS = 1.0
PAGES = {
    "/": ("text/html", b"<a href='/second'>Go on</a>"),
    "/second": (
        "text/html",
        b"<script type=module src='/late.js'></script><button>Count</button><output>0</output>",
    ),
    "/late.js": (
        "text/javascript",
        b"let n = 0; const out = document.querySelector('output');"
        b"addEventListener('click', () => { out.textContent = ++n; });"
        b"addEventListener('keydown', () => { out.textContent = ++n; });",
    ),
}


class Late(BaseHTTPRequestHandler):
    """Two pages, the second with a script that comes late."""

    def do_GET(self):
        kind, body = PAGES.get(self.path, ("text/plain", b""))
        if kind == "text/javascript":
            time.sleep(LATE_SECONDS)
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def address():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Late)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_a_click_waits_for_the_scripts_of_its_page(page, address):
    page.goto(address)
    page.get_by_role("link", name="Go on").click()
    page.get_by_role("button", name="Count").click()
    assert page.locator("output").inner_text() == "1"


def test_a_key_waits_for_the_scripts_of_its_page(page, address):
    page.goto(address)
    page.get_by_role("link", name="Go on").click()
    page.keyboard.press("m")
    assert page.locator("output").inner_text() == "1"
