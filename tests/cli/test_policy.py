"""`tenuto policy`: a signature is for exactly one content, by exactly one person."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from tenuto.cli import main
from tenuto.core.policy import default_policy, load_policy

DEFAULT = files("tenuto.core.policy").joinpath("default.toml").read_text("utf-8")


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    path = tmp_path / "clinic.toml"
    path.write_text(DEFAULT.replace(f'id = "{default_policy().id}"', 'id = "a-clinic"'), "utf-8")
    return path


def sign(path: Path, by: str, role: str) -> int:
    return main(["policy", "sign", str(path), "--by", by, "--role", role])


def test_an_unsigned_policy_is_checked_and_exits_3(clinic, capsys) -> None:
    assert main(["policy", "check", str(clinic)]) == 3
    assert "a-clinic, version" in capsys.readouterr().out


def test_two_people_make_it_signed(clinic, capsys) -> None:
    before = clinic.read_text("utf-8")
    assert sign(clinic, "Dr Ejemplo", "medical_director") == 0
    assert "two people's signatures" in capsys.readouterr().out
    assert main(["policy", "check", str(clinic)]) == 3
    assert sign(clinic, 'P. "Q" Muestra', "pharmacist") == 0
    assert main(["policy", "check", str(clinic)]) == 0
    assert clinic.read_text("utf-8").startswith(before.rstrip()), "comments and content stay as they were"
    policy = load_policy(clinic.read_text("utf-8"), name="x")
    assert policy.signed
    assert [s.by for s in policy.signatures] == ["Dr Ejemplo", 'P. "Q" Muestra']


def test_two_directors_without_a_second_person_are_not_enough(clinic, capsys) -> None:
    assert sign(clinic, "Dr Ejemplo", "medical_director") == 0
    assert sign(clinic, " Dr  Ejemplo ", "pharmacist") == 2
    assert "has already signed" in capsys.readouterr().err


def test_a_change_after_signing_is_refused(clinic, capsys) -> None:
    sign(clinic, "Dr Ejemplo", "medical_director")
    clinic.write_text(clinic.read_text("utf-8").replace('value = "30"', 'value = "20"', 1), "utf-8")
    assert main(["policy", "check", str(clinic)]) == 2
    assert "was changed after Dr Ejemplo signed it" in capsys.readouterr().err
    assert sign(clinic, "Somebody", "pharmacist") == 2


@pytest.mark.parametrize(
    ("by", "role"), [("", "pharmacist"), ("A\x1b[0m", "pharmacist"), ("A", "two words"), ("A", "")]
)
def test_a_signature_needs_a_name_and_a_role(clinic, by, role, capsys) -> None:
    assert sign(clinic, by, role) == 2
    assert "Give a name" in capsys.readouterr().err
    assert "[[signatures]]" not in clinic.read_text("utf-8")


def test_the_shipped_policies_are_named_and_not_signed(capsys) -> None:
    assert main(["policy", "check", "default"]) == 3
    assert main(["policy", "check", "demo"]) == 0
    assert main(["policy", "sign", "default", "--by", "A", "--role", "b"]) == 2
    assert "Copy it to a file of your own" in capsys.readouterr().err


def test_a_missing_limit_is_named(clinic, capsys) -> None:
    text = clinic.read_text("utf-8")
    start = text.index("[limits.weight_min_kg]")
    clinic.write_text(text[:start] + text[text.index("[limits", start + 1) :], "utf-8")
    assert main(["policy", "check", str(clinic)]) == 2
    assert "[limits.weight_min_kg] is missing" in capsys.readouterr().err


def test_a_misspelt_limit_is_named_with_the_one_that_is_meant(clinic, capsys) -> None:
    text = clinic.read_text("utf-8").replace("[limits.weight_min_kg]", "[limits.weight_min]")
    clinic.write_text(text, "utf-8")
    assert main(["policy", "check", str(clinic)]) == 2
    assert (
        "'weight_min' is not known here. The nearest that is known is 'weight_min_kg'"
        in capsys.readouterr().err
    )


def test_a_limit_in_another_unit_is_named(clinic, capsys) -> None:
    head, _, tail = clinic.read_text("utf-8").partition("[limits.weight_min_kg]")
    in_pounds = tail.replace('unit = "kg"', 'unit = "lb"', 1)
    clinic.write_text(f"{head}[limits.weight_min_kg]{in_pounds}", "utf-8")
    assert main(["policy", "check", str(clinic)]) == 2
    assert "[limits.weight_min_kg] is in 'lb'; give it in 'kg'." in capsys.readouterr().err


def test_diff_shows_what_changed_and_says_so_in_its_exit(clinic, capsys) -> None:
    other = clinic.with_name("other.toml")
    other.write_text(clinic.read_text("utf-8").replace('value = "30"', 'value = "35"', 1), "utf-8")
    assert main(["policy", "diff", str(clinic), str(clinic)]) == 0
    assert "same content" in capsys.readouterr().out
    assert main(["policy", "diff", str(clinic), str(other)]) == 1
    assert "weight_min_kg: 30 kg [D] -> 35 kg [D]" in capsys.readouterr().out
    assert main(["policy", "diff", "default", "demo"]) == 0


@pytest.mark.parametrize("content", ["", "id = 3", "x = [", "id = 'a'\nversion = 1\nlimits = 3", "\x00"])
def test_what_is_no_policy_is_refused_with_a_sentence(tmp_path, content, capsys) -> None:
    path = tmp_path / "x.toml"
    path.write_text(content, "utf-8")
    assert main(["policy", "check", str(path)]) == 2
    assert capsys.readouterr().err.startswith("tenuto: ")


def test_a_file_that_can_not_be_read_or_written(tmp_path, clinic, capsys) -> None:
    assert main(["policy", "check", str(tmp_path / "none.toml")]) == 2
    assert main(["policy", "check", str(tmp_path)]) == 2
    binary = tmp_path / "b.toml"
    binary.write_bytes(b"\xff\xfe")
    assert main(["policy", "check", str(binary)]) == 2
    large = tmp_path / "large.toml"
    large.write_bytes(b"#" * 2_000_000)
    assert main(["policy", "check", str(large)]) == 2
    errors = capsys.readouterr().err
    assert all(s in errors for s in ("There is no file", "can't be read", "is not UTF-8", "larger than 1 MB"))
