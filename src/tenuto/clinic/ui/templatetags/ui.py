"""The components as template tags. Built into every template by the settings; nothing needs loading."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tenuto.clinic.ui import icons, navigation, words
from tenuto.clinic.ui.components import WORDS, Month

register = template.Library()

register.simple_tag(icons.icon, name="icon")
register.simple_tag(icons.mark_shape, name="mark_shape")
register.simple_tag(navigation.reading, name="reading")


# Marks, notes and icons stand on a page by the dozen. Made here and not by a template each, they cost a tenth.
@register.simple_tag
def mark(kind: str, word: str = "") -> SafeString:
    """A gate's or a task's mark: its shape and its word."""
    shape = icons.mark_shape(kind)
    return format_html(
        '<span class="mark mark-{}">{}<span>{}</span></span>', kind, shape, word or WORDS[kind]
    )


@register.simple_tag
def calendar(month: Month | dict[str, Any]) -> SafeString:
    """One month with its marked days; one that was kept comes as plain values."""
    return _month(month) if isinstance(month, Month) else _drawn(month)


@lru_cache(maxsize=256)
def _month(month: Month) -> SafeString:
    """Many series share their days; a month says nothing of whose it is."""
    return _drawn(month)


def _drawn(month: Month | dict[str, Any]) -> SafeString:
    weekdays = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
    return render_to_string("ui/components/calendar.html", {"month": month, "weekdays": weekdays})


@register.simple_tag
def note(kind: str, word: str, text: str, role: str = "") -> SafeString:
    """A message that stands out: what happened, or what to do."""
    spoken = format_html(' role="{}"', role) if role else ""
    return format_html('<div class="note note-{}"{}>{}<p>{}</p></div>', kind, spoken, mark(kind, word), text)


@register.simple_tag(takes_context=True)
def seen(context: template.Context) -> SafeString:
    """The hidden field that says which event the page was made after; `pathway.seen` compares it with what is there."""
    request = context.get("request")
    number = getattr(request, "seen_event", None) or getattr(request, "position", None) or 0
    return format_html('<input type="hidden" name="seen_event" value="{}">', number)


@register.filter
def reach(text: str) -> SafeString:
    """Words that say how to reach somebody, their numbers and addresses as links that call or write."""
    return words.reach(text)


@register.filter
def day(value: date) -> str:
    return words.day(value)


@register.filter
def long_day(value: date) -> str:
    return words.long_day(value)


@register.filter
def moment(value: datetime) -> str:
    return words.moment(value)
