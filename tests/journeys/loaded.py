"""A person acts on a page that is there: nothing is clicked, typed or dragged before the page's own scripts have run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps

import pytest
from playwright.sync_api import Locator, Page

ACTIONS = (
    "check",
    "click",
    "dblclick",
    "drag_to",
    "fill",
    "focus",
    "hover",
    "press",
    "press_sequentially",
    "select_option",
    "set_input_files",
    "tap",
    "uncheck",
)
DEVICES = ("keyboard", "mouse", "touchscreen")


@contextmanager
def acting_on_loaded_pages() -> Iterator[None]:
    """Within it every action of a locator or a device waits until its page has loaded.

    An element is visible, and the browser takes a key or a drag on it, before the modules that listen to it have been
    fetched. On a busy machine that lies seconds apart; a person would not have seen the page yet.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in ACTIONS:
            patch.setattr(Locator, name, _once_loaded(getattr(Locator, name)))
        for name in DEVICES:
            patch.setattr(Page, name, property(_of_loaded(getattr(Page, name))))
        yield


def _once_loaded(action):
    @wraps(action)
    def act(locator, *args, **kwargs):
        locator.page.wait_for_load_state("load")
        return action(locator, *args, **kwargs)

    return act


def _of_loaded(device):
    def of(page):
        page.wait_for_load_state("load")
        return device.fget(page)

    return of
