"""Every value says what it rests on."""

import pytest

from tenuto.core.sources import Tag, basis_from, source


def test_every_tag_has_a_meaning_and_unchecked_ones_say_so():
    assert all(tag.meaning for tag in Tag)
    assert {tag for tag in Tag if tag.needs_checking} == {Tag.M, Tag.L}


def test_a_basis_reads_documents_first_then_the_remark():
    basis = basis_from({"evidence": ["V", "D"], "sources": ["FAVA"], "note": "Trial doses."}, where="here")
    assert basis.evidence == "V+D"
    assert basis.text == f"{source('FAVA')}. Trial doses."


def test_a_basis_without_documents_says_how_it_is_known():
    assert "design default" in basis_from({"evidence": "D"}, where="here").text


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({}, "has no 'evidence'|there is no tag"),
        ({"evidence": ["X"]}, "'X'"),
        ({"evidence": [], "sources": ["FAVA"]}, "has no 'evidence'|there is no tag"),
    ],
)
def test_a_value_without_a_known_tag_is_refused(entry, message):
    with pytest.raises(ValueError, match=message):
        basis_from(entry, where="here")


def test_an_unregistered_document_is_refused():
    with pytest.raises(ValueError, match="Register it in core/sources"):
        basis_from({"evidence": ["V"], "sources": ["NOBODY-2099"]}, where="here")
