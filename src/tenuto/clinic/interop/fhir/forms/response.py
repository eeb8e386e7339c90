"""QuestionnaireResponse: what was answered, with the points of each answer, so that the score can be worked out anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tenuto.clinic.interop.fhir.forms.common import Json, canonical, option_coding
from tenuto.clinic.interop.fhir.forms.questionnaire import OtherForm
from tenuto.core.scales.definition import Instrument, Item
from tenuto.core.scales.reading import find

__all__ = ["SentForm", "form_of", "response"]


@dataclass(frozen=True, slots=True)
class SentForm:
    """A response as it was read: of which scale, on which day, and the stored value of each answer by item."""

    scale: Instrument
    written: date
    answers: Mapping[str, int | None]


def response(
    scale: Instrument, answers: Mapping[str, int | None], *, id_: str, subject: str, written: date
) -> Json:
    """The answers of one form. A question that was left out has its item and no answer."""
    return {
        "resourceType": "QuestionnaireResponse",
        "id": id_,
        "questionnaire": canonical(scale),
        "status": "completed",
        "subject": {"reference": subject},
        "authored": written.isoformat(),
        "source": {"reference": subject},
        "item": [_item(scale, item, answers.get(item.id)) for item in scale.items],
    }


def _item(scale: Instrument, item: Item, value: int | None) -> Json:
    made: Json = {"linkId": item.id, "text": item.text}
    if value is not None:
        made["answer"] = [{"valueCoding": option_coding(scale, item, item.option(value))}]
    return made


def form_of(sent: Json) -> SentForm:
    """What a response of ours says. Raises OtherForm for a form or an answer that is not known here.

    An answer is known by its code. A question without an answer was left out; it is never zero.
    """
    address, _, version = str(sent.get("questionnaire", "")).partition("|")
    scale = find(address.rsplit(":", 1)[-1])
    if scale is None or version != str(scale.version):
        raise OtherForm(
            f"'{address[:60]}', version {version or 'unknown'}, is not a form that is known here."
        )
    items = {str(item.get("linkId")): item for item in sent.get("item", ())}
    unknown = sorted(set(items) - {item.id for item in scale.items})
    if unknown:
        raise OtherForm(f"{scale.title} has no question {unknown[0][:40]}.")
    answers = {item.id: _value(scale, item, items.get(item.id, {})) for item in scale.items}
    return SentForm(scale, date.fromisoformat(str(sent["authored"])[:10]), answers)


def _value(scale: Instrument, item: Item, sent: Json) -> int | None:
    given = sent.get("answer", ())
    if not given:
        return None
    code = {key: given[0].get("valueCoding", {}).get(key) for key in ("system", "code")}
    for option in item.options:
        own = option_coding(scale, item, option)
        if {key: own[key] for key in ("system", "code")} == code:
            return option.value
    raise OtherForm(f"{scale.title}, question {item.id} has no answer {str(code['code'])[:40]}.")
