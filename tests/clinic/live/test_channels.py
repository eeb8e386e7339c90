"""Messages leave through the clinic's services: what they are sent, and what is said when one does not take it."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tenuto.clinic.config.environment import read
from tenuto.clinic.ledger.outbox import NotSent
from tenuto.clinic.live.channels import ChannelSender

PAYLOAD = {
    "channel": "sms",
    "to": "+1 555 0100",
    "words": "From Demo: about your appointment. https://x/l/abc/",
}


@pytest.fixture
def service():
    """A service on this machine: what it was asked, and the status that it answers with."""
    asked, status = [], [200]

    class Service(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append((self.path, json.loads(body)))
            self.send_response(status[0])
            self.end_headers()

        def log_message(self, *args):
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"json://127.0.0.1:{server.server_port}/to/{{to}}", asked, status
    server.shutdown()
    thread.join()
    server.server_close()


def send(sender, **changes):
    sender.send(key="k", kind="booking.remind", payload=PAYLOAD | changes)


def test_the_service_is_sent_the_words_and_nothing_else(service):
    address, asked, _ = service
    send(ChannelSender({"sms": address}))
    ((path, body),) = asked
    assert "555" in path
    assert body["message"] == PAYLOAD["words"]
    assert body["title"] == ""


def test_an_e_mail_has_a_subject_that_says_nothing(service):
    address, asked, _ = service
    send(ChannelSender({"email": address}), channel="email", to="ana@example.org")
    ((_, body),) = asked
    assert body["title"] == "From your clinic"


def test_whom_it_goes_to_can_not_change_the_address(service):
    address, asked, _ = service
    send(ChannelSender({"sms": address}), to="../x?token=1&to=y#z")
    ((path, _),) = asked
    assert path.startswith("/to/")
    assert "token=1" not in path.partition("?")[2]


def test_a_service_that_does_not_take_it_is_tried_again(service):
    address, asked, status = service
    status[0] = 500
    with pytest.raises(NotSent, match="did not take the message"):
        send(ChannelSender({"sms": address}))
    assert len(asked) >= 1


@pytest.mark.parametrize(
    ("services", "words"),
    [
        ({}, "No service is set up for the channel 'sms'. Set TENUTO_SMS."),
        ({"email": "json://127.0.0.1:9/{to}"}, "No service is set up"),
        ({"sms": "nosuchservice://{to}"}, "make no address of a service"),
    ],
)
def test_what_is_not_set_up_is_said(services, words):
    with pytest.raises(NotSent, match=words):
        send(ChannelSender(services))


@pytest.mark.parametrize("value", ["twilio://a:b@from", "{to}", "://x/{to}", "twilio ://x/{to}"])
def test_a_service_without_whom_or_scheme_stops_the_program(tmp_path, value):
    from django.core.exceptions import ImproperlyConfigured

    with pytest.raises(ImproperlyConfigured, match="TENUTO_SMS"):
        read({"TENUTO_SMS": value}, root=tmp_path)


def test_services_are_read(tmp_path):
    found = read(
        {"TENUTO_SMS": "twilio://a:b@from/{to}", "TENUTO_EMAIL": "mailtos://a:b@c/?to={to}"}, root=tmp_path
    )
    assert found.channels == {"sms": "twilio://a:b@from/{to}", "email": "mailtos://a:b@c/?to={to}"}
    assert read({}, root=tmp_path).channels == {}
