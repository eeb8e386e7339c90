"""What the rooms contribute is found, ordered and checked; pages and worklist ask the registry and nobody else."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured

from tenuto.clinic.pathway.api import Contribution, TaskPlace, contributions, task_place
from tenuto.clinic.pathway.checks import contributed_pages, missing_pages
from tenuto.clinic.pathway.registry import in_order, order_of
from tenuto.clinic.ui.icons import STAGES


def stage(room, **more):
    return Contribution(room=room, page=f"{room}:page", places=lambda batch: {}, **more)


def test_every_contribution_names_the_room_it_stands_in():
    rooms = {app.name.rpartition(".")[2] for app in apps.get_app_configs()}
    assert {each.room for each in contributions()} <= rooms
    assert {"intake", "plan"} <= {each.room for each in contributions()}


def test_every_address_that_is_contributed_exists():
    assert list(missing_pages(contributions())) == []


def test_a_page_that_does_not_exist_stops_the_start():
    lost = stage(
        "unbuilt",
        tasks={"call": TaskPlace("Call", "Call", "unbuilt:call#now")},
        safety_page="intake:nowhere",
    )
    assert list(missing_pages([lost])) == [
        ("unbuilt", "unbuilt:page"),
        ("unbuilt", "intake:nowhere"),
        ("unbuilt", "unbuilt:call#now"),
    ]
    assert contributed_pages() == []


def test_stages_stand_along_the_pathway_whatever_the_order_they_are_found_in():
    plan, intake, other = stage("plan"), stage("intake"), Contribution(room="access")
    assert in_order([other, plan, intake]) == (intake, plan, other)
    assert order_of([plan, intake]) == STAGES


def test_a_further_stage_stands_after_the_one_it_names():
    order = order_of([stage("rehearsal", after="plan")])
    assert order[:3] == ("intake", "plan", "rehearsal")
    assert order_of([Contribution(room="access")]) == STAGES


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([stage("rehearsal", after="nowhere")], "which is no stage"),
        ([Contribution(room="intake", places=lambda batch: {})], "names no page"),
        (
            [stage(room, tasks={"call": TaskPlace("Call", "Call", "x")}) for room in ("intake", "plan")],
            "Both 'intake' and 'plan'",
        ),
        (
            [stage(room, safety=lambda batch: {}) for room in ("intake", "outcomes")],
            "intake and outcomes both",
        ),
        ([stage(room, facts=lambda batch: {}) for room in ("intake", "outcomes")], "contribute 'facts'"),
    ],
)
def test_what_cannot_be_placed_stops_the_start(found, words):
    with pytest.raises(ImproperlyConfigured, match=words):
        in_order(found)


def test_a_kind_of_task_that_nobody_contributed_is_only_a_task():
    assert task_place("something older").title == "Task"
    assert task_place("plan.sign").next_step == "Sign the plan"
