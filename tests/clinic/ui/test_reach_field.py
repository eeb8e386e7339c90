"""What reaches nobody is refused where it is typed."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import ValidationError

from tenuto.clinic.ui.fields import PhoneField, ReachField
from tenuto.clinic.ui.words import reach
from tenuto.core.literature.leaflets import leaflets


@pytest.mark.parametrize(
    "text", ["555 0100", "+1 (202) 555-0100", "ana@example.org", "Ana, 555 0100 after six"]
)
def test_a_number_or_an_address_of_e_mail_is_taken(text):
    assert ReachField().clean(text) == text


@pytest.mark.parametrize("text", ["abc", "12", "a@b", "call me", "12 High Street, Leeds"])
def test_anything_else_is_refused_with_what_to_write(text):
    with pytest.raises(ValidationError, match=r"is no phone number or e-mail address\. Write one, such as"):
        ReachField().clean(text)


def test_a_postal_address_is_taken_where_one_may_be():
    field = ReachField(postal=True)
    assert field.clean("12 High Street, Leeds") == "12 High Street, Leeds"
    with pytest.raises(ValidationError, match="is no phone number, e-mail address or postal address"):
        field.clean("abc")


def test_a_phone_is_no_e_mail_and_nothing_is_asked_of_an_empty_one():
    with pytest.raises(ValidationError, match="is no phone number"):
        PhoneField().clean("ana@example.org")
    assert PhoneField(required=False).clean("") == ""


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("In an emergency call 911.", ["911"]),
        ("call or text 988, now", ["988"]),
        ("call Samaritans on 116 123", ["116123"]),
        ("your crisis line (988 in the United States)", ["988"]),
        ("after 120 minutes, or 4 of 8 people", []),
        ("call 15 minutes before", []),
    ],
)
def test_short_numbers_of_emergency_call_too(text, called):
    assert re.findall(r'href="tel:([0-9+]+)"', reach(text)) == called


def test_nothing_else_in_a_leaflet_is_taken_for_a_number():
    texts = [each for leaflet in leaflets() for part in leaflet.sections for each in part.text]
    assert set(re.findall(r'href="tel:([0-9+]+)"', " ".join(map(reach, texts)))) == {"988"}
