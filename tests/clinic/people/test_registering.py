"""By which channel what somebody wrote reaches them, and how it is shown."""

from __future__ import annotations

import pytest

from tenuto.clinic.people.models import Channel
from tenuto.clinic.people.registering import channel_of
from tenuto.clinic.ui.words import reach


@pytest.mark.parametrize(
    ("contact", "channel"),
    [
        ("555 0100", Channel.PHONE),
        ("+1 (555) 010-0100", Channel.PHONE),
        ("rowan@reed.example", Channel.EMAIL),
        ("12 Alder Road, Meadow", Channel.POST),
    ],
)
def test_a_contact_has_its_channel(contact, channel):
    assert channel_of(contact) is channel


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("Dr Reed, +1 555 0199", 'Dr Reed, <a href="tel:+15550199">+1 555 0199</a>'),
        (
            "rowan@reed.example, evenings",
            '<a href="mailto:rowan@reed.example">rowan@reed.example</a>, evenings',
        ),
        ("12 Alder Road <b>", "12 Alder Road &lt;b&gt;"),
    ],
)
def test_numbers_and_addresses_are_links_and_the_rest_is_text(words, shown):
    assert reach(words) == shown
