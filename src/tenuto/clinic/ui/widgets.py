"""Inputs, choices and lists as HTML without a template for each: a form has dozens of them, and its page waits for all.

The HTML is that of Django's own templates; any other widget is still made by its template.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

__all__ = ["Renderer"]

Widget = Mapping[str, Any]


class Renderer(TemplatesSetting):
    """Used for every form, by the settings. A form is its problems, then its fields; a field its label, help and error."""

    form_template_name = "ui/forms/form.html"
    field_template_name = "ui/forms/field.html"

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> SafeString:
        if template_name == self.field_template_name and (made := _field(context["field"])):
            return made
        make = _MAKERS.get(template_name)
        if make is None:
            return mark_safe(super().render(template_name, context, request))  # noqa: S308 - a template's output
        return make(context["widget"])


def _field(field: BoundField) -> SafeString | None:
    """A field of one input without a mistake in it, as `field_template_name` makes it; None of any other."""
    if field.use_fieldset or field.widget_type == "checkbox" or field.errors:
        return None
    help_text: str | SafeString = ""
    if field.help_text:
        help_text = format_html(
            '<p class="field-help" id="{}_helptext">{}</p>', field.auto_id, field.help_text
        )
    return format_html(
        '<div class="field{}">\n  <label for="{}">{}</label>\n  {}\n  {}\n</div>',
        " field-wide" if field.widget_type == "textarea" else "",
        field.id_for_label,
        field.label,
        help_text,
        field,
    )


def _input(widget: Widget) -> SafeString:
    value = widget["value"]
    given = "" if value is None else format_html(' value="{}"', str(value))
    return format_html(
        '<input type="{}" name="{}"{}{}>', widget["type"], widget["name"], given, _attributes(widget)
    )


def _option(widget: Widget) -> SafeString:
    """A radio button or a checkbox, in its label when it stands alone."""
    if not widget["wrap_label"]:
        return _input(widget)
    own = widget["attrs"].get("id")
    named = format_html(' for="{}"', own) if own else ""
    return format_html("<label{}>{} {}</label>", named, _input(widget), widget["label"])


def _select(widget: Widget) -> SafeString:
    inside = []
    for group, options, _ in widget["optgroups"]:
        made = "".join(map(_select_option, options))
        inside.append(f'<optgroup label="{conditional_escape(group)}">{made}</optgroup>' if group else made)
    start = format_html('<select name="{}"{}>', widget["name"], _attributes(widget))
    return mark_safe(f"{start}{''.join(inside)}</select>")  # noqa: S308 - each part is escaped


def _select_option(widget: Widget) -> SafeString:
    return format_html(
        '<option value="{}"{}>{}</option>', str(widget["value"]), _attributes(widget), widget["label"]
    )


def _textarea(widget: Widget) -> SafeString:
    # The line break is not part of the text; without it the first one of the text would be lost.
    return format_html(
        '<textarea name="{}"{}>\n{}</textarea>', widget["name"], _attributes(widget), widget["value"] or ""
    )


def _attributes(widget: Widget) -> SafeString:
    found = ""
    for name, value in widget["attrs"].items():
        if value is not False:
            found += format_html(" {}", name) if value is True else format_html(' {}="{}"', name, str(value))
    return mark_safe(found)  # noqa: S308 - each part is escaped


_MAKERS: Mapping[str, Callable[[Widget], SafeString]] = {
    **{
        f"django/forms/widgets/{kind}.html": _input
        for kind in ("text", "number", "date", "email", "hidden", "password", "checkbox", "time", "search")
    },
    "django/forms/widgets/checkbox_option.html": _option,
    "django/forms/widgets/radio_option.html": _option,
    "django/forms/widgets/select.html": _select,
    "django/forms/widgets/textarea.html": _textarea,
}
