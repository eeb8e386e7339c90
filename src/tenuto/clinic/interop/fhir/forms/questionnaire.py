"""Questionnaire: the form of a scale. In, it is compared with ours: a form with one altered word is another form."""

from __future__ import annotations

from decimal import Decimal

from tenuto.clinic.interop.fhir.forms.common import Json, canonical, coding, option_coding, weighed
from tenuto.core.scales.definition import Instrument, Item
from tenuto.core.scales.reading import find
from tenuto.core.scales.wording import normalise

__all__ = ["OtherForm", "questionnaire", "scale_of"]

LOINC_NOTICE = (
    "This material contains content from LOINC (http://loinc.org). LOINC is copyright Regenstrief Institute, Inc. and the "
    "LOINC Committee and is available at no cost under the license at http://loinc.org/license."
)


class OtherForm(ValueError):
    """It is not the form of a scale that is known here. The text says where it differs."""


def questionnaire(scale: Instrument) -> Json:
    """The form. A score-only scale has neutral labels for its items, and says whose its words are."""
    url, version = canonical(scale).split("|")
    terms = " ".join(scale.rights.terms)
    coded = scale.loinc_panel or scale.loinc_total or any(item.loinc for item in scale.items)
    notices = f"{terms} {LOINC_NOTICE}" if coded and "loinc.org" not in terms else terms
    return {
        "resourceType": "Questionnaire",
        "url": url,
        "version": version,
        "name": scale.id,
        "title": scale.name,
        "status": "active",
        "subjectType": ["Patient"],
        "copyright": f"{scale.rights.holder.rstrip('.')}. {notices}",
        "code": [coding(scale.loinc_panel, scale.id, scale.title)],
        "item": [
            *([{"linkId": "stem", "type": "display", "text": scale.stem}] if scale.stem else []),
            *(_item(scale, item) for item in scale.items),
        ],
    }


def _item(scale: Instrument, item: Item) -> Json:
    made: Json = {
        "linkId": item.id,
        "code": [coding(item.loinc, f"{scale.id}.{item.id}")],
        "text": item.text,
        "type": "choice",
        "answerOption": [{"valueCoding": option_coding(scale, item, option)} for option in item.options],
    }
    if item.asked_when:
        before, value = item.asked_when
        answer = option_coding(scale, scale.item(before), scale.item(before).option(value))
        plain = {key: answer[key] for key in ("system", "code")}
        made["enableWhen"] = [{"question": before, "operator": "=", "answerCoding": plain}]
    return made


def scale_of(form: Json) -> Instrument:
    """The scale whose form this is, to the word. Raises OtherForm with the first difference."""
    name = str(form.get("url", "")).rsplit(":", 1)[-1]
    scale = find(name) or find(str(form.get("title", "")))
    if scale is None:
        raise OtherForm(f"'{name[:60]}' is not the form of a scale that is known here.")
    if str(form.get("version", scale.version)) != str(scale.version):
        raise OtherForm(f"{scale.title} is here in version {scale.version}, not {form['version']}.")
    asked = [item for item in form.get("item", ()) if item.get("type") != "display"]
    if len(asked) != len(scale.items):
        raise OtherForm(f"{scale.title} has {len(scale.items)} questions, this form {len(asked)}.")
    for sent, own in zip(asked, scale.items, strict=True):
        _compare(scale, own, sent)
    return scale


def _compare(scale: Instrument, own: Item, sent: Json) -> None:
    where = f"{scale.title}, question {own.id}"
    if normalise(str(sent.get("text", ""))) != normalise(own.text):
        raise OtherForm(f"{where} says other words: “{str(sent.get('text', ''))[:80]}”.")
    answers = [option.get("valueCoding", {}) for option in sent.get("answerOption", ())]
    points: list[Decimal | None] = [weighed(answer) for answer in answers]
    if points != [option.score for option in own.options]:
        raise OtherForm(f"{where} has other answers or other points than here.")
    words = [normalise(str(answer.get("display", ""))) for answer in answers]
    if words != [normalise(option.label) for option in own.options]:
        raise OtherForm(f"{where} has other words for its answers.")
