"""Form fields made directly are those of Django's templates, and hostile text stays text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from tenuto.clinic.ui.widgets import Renderer

HOSTILE = "\"><script>alert('1')</script>&amp;"


class Every(forms.Form):
    words = forms.CharField(initial=HOSTILE, help_text="help", max_length=30)
    number = forms.IntegerField(initial=0, required=False)
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date", "data-x": HOSTILE}))
    mail = forms.EmailField(required=False)
    secret = forms.CharField(widget=forms.PasswordInput)
    hidden = forms.CharField(widget=forms.HiddenInput, initial="7")
    ticked = forms.BooleanField(initial=True, required=False)
    one = forms.ChoiceField(
        choices=[("", "None"), ("Group", [("a", "A"), (HOSTILE, HOSTILE)]), (3, "C")], initial=HOSTILE
    )
    many = forms.MultipleChoiceField(
        choices=[("a", "A"), (HOSTILE, HOSTILE)], widget=forms.CheckboxSelectMultiple, initial=["a"]
    )
    several = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")], initial=["b"])
    radio = forms.ChoiceField(choices=[("x", "X"), ("y", "Y & Z")], widget=forms.RadioSelect, initial="y")
    text = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), initial="\nfirst <b>")
    empty = forms.CharField(widget=forms.Textarea, required=False)
    file = forms.FileField(required=False)


class Read(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[object] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, attrs))

    def handle_endtag(self, tag):
        self.found.append(tag)

    def handle_data(self, data):
        if data.strip():
            self.found.append(data)


def meaning(html: str) -> list[object]:
    """Tags, attributes and text; white space between tags says nothing."""
    return Read(re.sub(r">\s+<", "><", html)).found


@pytest.mark.parametrize("name", list(Every.base_fields))
@pytest.mark.parametrize("data", [None, {"words": "typed", "one": "a", "radio": "x", "many": ["a"]}])
def test_a_field_is_what_the_template_makes(name: str, data) -> None:
    made, expected = (
        str(Every(data, renderer=renderer)[name]) for renderer in (Renderer(), TemplatesSetting())
    )
    assert meaning(made) == meaning(expected)
    assert "<script>" not in made


@pytest.mark.parametrize("name", list(Every.base_fields))
@pytest.mark.parametrize("data", [None, {"words": "", "mail": HOSTILE, "one": "a", "text": "t"}])
def test_a_whole_field_is_what_its_template_makes(name: str, data) -> None:
    field = Every(data, renderer=Renderer())[name]
    expected = render_to_string(Renderer.field_template_name, {"field": field})
    assert meaning(field.as_field_group()) == meaning(expected)
    assert "<script>" not in field.as_field_group()


def test_each_choice_can_be_shown_by_itself() -> None:
    form, template = Every(renderer=Renderer()), Every(renderer=TemplatesSetting())
    for name in ("many", "radio"):
        for one, other in zip(form[name], template[name], strict=True):
            assert isinstance(one.tag(), SafeString)
            assert meaning(one.tag()) == meaning(other.tag())


def test_the_first_line_break_of_a_text_is_kept() -> None:
    assert ">\n\nfirst &lt;b&gt;</textarea>" in str(Every(renderer=Renderer())["text"])
