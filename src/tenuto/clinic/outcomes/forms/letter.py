"""The form by which a letter is signed."""

from __future__ import annotations

from django import forms

from tenuto.core.outcomes.letter import LetterReader

__all__ = ["READER_WORDS", "LetterForm"]

READER_WORDS = {LetterReader.PSYCHIATRIST: "Psychiatrist", LetterReader.THERAPIST: "Therapist"}


class LetterForm(forms.Form):
    """To whom it goes. The digest of the letter that was shown travels beside it."""

    reader = forms.ChoiceField(
        choices=[(each.value, words) for each, words in READER_WORDS.items()], widget=forms.HiddenInput
    )
    addressee = forms.CharField(
        label="To",
        max_length=300,
        help_text="Name, and address if it goes by post.",
        error_messages={"required": "Write to whom the letter goes."},
    )
