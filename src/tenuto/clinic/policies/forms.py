"""The two forms: a file with a reason, and a reason."""

from __future__ import annotations

from django import forms

LARGEST_BYTES = 500_000


class ProposeForm(forms.Form):
    """A policy file and why it is proposed."""

    file = forms.FileField(
        label="Policy file",
        help_text="TOML, up to 500 kB. Start from the text in effect and raise its version.",
        widget=forms.ClearableFileInput(attrs={"accept": ".toml,application/toml,text/plain"}),
    )
    why = forms.CharField(label="Why", max_length=500, help_text="One sentence. It stays with the version.")

    def clean_file(self) -> str:
        """The text of the file."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_BYTES:
            raise forms.ValidationError("The file is larger than 500 kB. Is it the right one?")
        try:
            text: str = file.read().decode("utf-8")
        except UnicodeDecodeError:
            raise forms.ValidationError(
                "The file is not text in UTF-8. Save it as UTF-8 and choose it again."
            ) from None
        return text


class ActivateForm(forms.Form):
    """Why a version comes into effect."""

    why = forms.CharField(label="Why now", max_length=500)
