"""Every history of a version has one status, and every status says who, what colour and what next."""

from __future__ import annotations

from itertools import product

import pytest

from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.plan.status import WORDS, Status, status_of
from tenuto.clinic.ui.components import WORDS as MARKS

EXPECTED = {
    # signed, withdrawn, later signed, later drafted
    (False, False, False, False): Status.DRAFT,
    (False, False, False, True): Status.SUPERSEDED,
    (True, False, False, False): Status.SIGNED,
    (True, False, False, True): Status.SIGNED,
    (True, False, True, True): Status.SUPERSEDED,
    (False, False, True, True): Status.SUPERSEDED,
    (True, False, True, False): Status.SUPERSEDED,
    (False, False, True, False): Status.SUPERSEDED,
    **{(True, True, a, b): Status.WITHDRAWN for a, b in product((False, True), repeat=2)},
    **{(False, True, a, b): Status.DECLINED for a, b in product((False, True), repeat=2)},
}


@pytest.mark.parametrize("history", list(product((False, True), repeat=4)))
def test_every_history_has_its_status(history):
    signed, withdrawn, later_signed, later_drafted = history
    found = status_of(
        signed=signed, withdrawn=withdrawn, later_signed=later_signed, later_drafted=later_drafted
    )
    assert found is EXPECTED[history]


@pytest.mark.parametrize("status", Status)
def test_every_status_has_owner_label_colour_and_next_step(status):
    words = WORDS[status]
    assert isinstance(words.owner, Role)
    assert words.label
    assert words.mark in MARKS
    assert words.next_step.endswith(".")


def test_no_two_statuses_look_the_same():
    assert len({(w.label, w.mark) for w in WORDS.values()}) == len(Status)
