"""Text packs: a clinic's licensed wording is loaded whole and unaltered, or not at all."""

from __future__ import annotations

import pytest

from tenuto.core.scales.reading import instrument
from tenuto.core.scales.scoring import score
from tenuto.core.scales.text_pack import TextPackError, apply, load
from tenuto.core.scales.wording import fingerprint

WSAS = instrument("wsas")


def item(number: str, text: str | None = None, answers: list[str] | None = None, sha256: str = "") -> str:
    text = text or f"Invented wording {number}"
    answers = answers or [f"Answer {o.value}" for o in WSAS.item("1").options]
    digest = sha256 or fingerprint([text, *answers])
    listed = ", ".join(f'"{a}"' for a in answers)
    return f'[items.{number}]\ntext = "{text}"\nanswers = [{listed}]\nsha256 = "{digest}"\n'


def pack(*items: str, **fields: object) -> str:
    head = {
        "instrument": "wsas",
        "version": 1,
        "language": "en",
        "holder": "Somebody",
        "licence": "Licence 17 of today",
        **fields,
    }
    lines = [f'{k} = "{v}"' if isinstance(v, str) else f"{k} = {v}" for k, v in head.items() if v is not None]
    return "\n".join(lines) + "\n" + "".join(items or [item(str(n)) for n in range(1, 6)])


def test_a_pack_gives_words_and_changes_no_score():
    loaded = load(pack(stem="Think of today."), name="wsas.toml")
    worded = apply(loaded, WSAS)
    assert worded.stem == "Think of today."
    assert worded.item("3").text == "Invented wording 3"
    assert worded.item("3").options[8].label == "Answer 8"
    assert worded.rights.holder == "Somebody"
    assert worded.rights.terms == ("Licence 17 of today",)
    form = {str(n): n for n in range(1, 6)}
    assert score(worded, form) == score(WSAS, form)


FOUR = [item(str(n)) for n in range(1, 5)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("instrument = ", "not a TOML file"),
        (pack(holder=" "), "'holder' is empty"),
        (pack(licence=None), "has no 'licence'"),
        (pack(language=None), "has no 'language'"),
        (pack(instrument="bdi2"), "'bdi2' is not a known instrument"),
        (pack(instrument="phq9"), "PHQ-9 has its text already"),
        (pack(version=2), "for version 2; WSAS is version 1"),
        (pack(version=None), "has no 'version'"),
        (
            'instrument = "wsas"\nversion = 1\nlanguage = "en"\nholder = "x"\nlicence = "y"\n',
            "has no 'items'",
        ),
        (pack(*FOUR), "lacks item 5 of WSAS"),
        (pack(*FOUR, item("5"), item("6")), "has item 6, which WSAS does not have"),
        (pack(*FOUR, item("5", answers=["a", "b"])), r"\[items.5\]: 2 answers, the instrument has 9"),
        (pack(*FOUR, item("5", sha256="0" * 64)), r"\[items.5\]: the text does not fit its sha256"),
        (pack(*FOUR, '[items.5]\ntext = ""\nanswers = []\n'), r"\[items.5\]: 'text' is empty"),
        (pack(*FOUR, '[items.5]\ntext = "x"\nanswers = "y"\n'), "'answers' is 'y'. Give a list of texts"),
        (
            pack(*FOUR, "[items]\n5 = 3\n").replace("[items.1]", "[items.1]"),
            r"\[items\]: '5' is 3. Give a table",
        ),
        (pack(lizence="x"), "'lizence' is not known here. The nearest that is known is 'licence'"),
        (
            pack(*FOUR, item("5") + "anwsers = []\n"),
            "'anwsers' is not known here. The nearest that is known is 'answers'",
        ),
    ],
)
def test_a_pack_that_is_not_whole_is_refused(text, message):
    with pytest.raises(TextPackError, match=message):
        load(text, name="wsas.toml")


def test_a_pack_is_not_put_on_another_instrument():
    with pytest.raises(TextPackError, match="for wsas version 1, not for MADRS"):
        apply(load(pack(), name="wsas.toml"), instrument("madrs"))


def test_one_altered_letter_is_found():
    altered = pack().replace("Invented wording 2", "Invented wording  2.")
    with pytest.raises(TextPackError, match=r"\[items.2\]: the text does not fit"):
        load(altered, name="wsas.toml")
