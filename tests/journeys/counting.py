"""How often a person has to act: every click, field that is filled in, choice, check, file and key, in one place."""

from __future__ import annotations

from collections import Counter

from playwright.sync_api import Locator, Page


class Hand:
    """The hand of a person at a page. Whatever it does counts one; looking costs nothing.

    Going through fields with the Tab key is not counted: what counts is what has to be answered or pressed.
    """

    def __init__(self, page: Page, count: Counter[str]) -> None:
        self.page, self.count = page, count

    def clicks(self, target: Locator) -> None:
        self.count["click"] += 1
        target.click()

    def link(self, name: str) -> None:
        self.clicks(self.page.get_by_role("link", name=name).first)

    def button(self, name: str) -> None:
        self.clicks(self.page.get_by_role("button", name=name, exact=True).first)

    def fills(self, label: str, text: str, within: Locator | None = None) -> None:
        self.count["fill"] += 1
        (within or self.page).get_by_label(label, exact=True).first.fill(text)

    def chooses(self, label: str, option: str, within: Locator | None = None) -> None:
        self.count["choose"] += 1
        (within or self.page).get_by_label(label, exact=True).first.select_option(option)

    def answers(self, question: str, word: str) -> None:
        self.count["check"] += 1
        group = self.page.get_by_role("group", name=question, exact=True)
        group.get_by_role("radio", name=word, exact=True).check()

    def checks(self, label: str) -> None:
        self.count["check"] += 1
        self.page.get_by_label(label).check()
