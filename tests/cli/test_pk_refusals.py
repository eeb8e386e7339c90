"""The pk command: one sentence and exit 2 for what it can't use, and nothing written."""

from __future__ import annotations

import re

import pytest

from tenuto.cli import main

BAD = {
    "negative weight": (["--weight", "-5", "--dose", "1 mg/kg"], "A weight of -5 kg is not possible"),
    "zero weight": (["--weight", "0", "--dose", "1 mg/kg"], "A weight of 0 kg is not possible"),
    "weight NaN": (
        ["--weight", "nan", "--dose", "1 mg/kg"],
        "A weight 'nan' is not a plain number. Write the number alone, in kg",
    ),
    "weight in words": (["--weight", "heavy", "--dose", "1 mg/kg"], "A weight 'heavy' is not a plain number"),
    "no weight": (["--dose", "1 mg/kg"], "A weight is needed"),
    "salt": (
        ["--weight", "70", "--dose", "40 mg HCl"],
        "for an amount off the label write 40 mg. Where the salt itself was weighed",
    ),
    "salt by the name on the vial": (
        ["--weight", "70", "--dose", "35 mg ketamine HCl"],
        "Vials of ketamine hydrochloride are labelled in mg of ketamine base, and doses here are too: for an amount off the label write 35 mg.",
    ),
    "salt per kg": (
        ["--weight", "70", "--dose", "0.5 mg/kg ketamine hydrochloride"],
        "for an amount off the label write 0.5 mg/kg.",
    ),
    "another drug": (["--weight", "70", "--dose", "35 mg S-ketamine"], "needs mg/kg or mg of ketamine base"),
    "rate for a dose": (["--weight", "70", "--dose", "0.5mg/kg/h"], "is a rate; an amount is needed"),
    "dose without unit": (
        ["--weight", "70", "--dose", "35"],
        "has no unit. Write the one that was ordered behind the number",
    ),
    "dose in other unit": (["--weight", "70", "--dose", "35 IU"], "needs mg/kg or mg of ketamine base"),
    "dose zero": (["--weight", "70", "--dose", "0 mg"], "gives nothing"),
    "comma": (
        ["--weight", "70", "--dose", "0,5 mg/kg"],
        "has a comma. Write the decimal point as a full stop: 0.5, if",
    ),
    "comma in a weight": (
        ["--weight", "70,5", "--dose", "1 mg/kg"],
        "as a full stop: 70.5, if that is meant",
    ),
    "comma of thousands": (["--weight", "1,500", "--dose", "1 mg/kg"], "the decimal point or for thousands"),
    "two marks": (["--weight", "1.234,5", "--dose", "1 mg/kg"], "the decimal point or for thousands"),
    "pounds": (["--weight", "154 lb", "--dose", "1 mg/kg"], "Write the number alone, in kg."),
    "over without unit": (
        ["--weight", "70", "--dose", "1 mg/kg", "--over", "40"],
        "has no unit. Write the one that was ordered behind the number: min, h or d",
    ),
    "unsorted times": (
        ["--weight", "70", "--dose", "1 mg/kg", "--times", "20,10"],
        "10 comes after 20. Sort them",
    ),
    "time NaN": (
        ["--weight", "70", "--dose", "1 mg/kg", "--times", "10,nan"],
        "--times: a time 'nan' is not a number with a unit. Write digits, and min, h or d behind them",
    ),
    "unknown model": (
        ["--weight", "70", "--dose", "1 mg/kg", "--model", "otto"],
        "There is no model 'otto'. Models: otto-2021",
    ),
    "unknown covariate": (
        ["--weight", "70", "--dose", "1 mg/kg", "--covariate", "tea"],
        "There is no covariate 'tea'",
    ),
    "hard limit": (["--weight", "400", "--dose", "1 mg/kg"], "says nothing about a weight of 400 kg"),
    "no dose": (["--weight", "70"], "Give either --dose with --over, or --regimen FILE"),
    "both": (["--weight", "70", "--dose", "1 mg/kg", "--regimen", "x.toml"], "Give either --dose"),
    "no file": (["--weight", "70", "--regimen", "no-such.toml"], "There is no file 'no-such.toml'"),
    "plot name": (
        ["--weight", "70", "--dose", "1 mg/kg", "--plot", "level.gif"],
        "does not end in .svg, .png or .pdf",
    ),
    "population of one": (
        ["--weight", "70", "--dose", "1 mg/kg", "--population", "1"],
        "Argument --population: '1' is not a whole number from 2 to 100000",
    ),
    "population without spread": (
        ["--weight", "70", "--dose", "1 mg/kg", "--population", "9", "--model", "domino"],
        "Domino was published without variability",
    ),
    "too many times": (
        ["--weight", "70", "--dose", "1 mg/kg", "--every", "1s", "--until", "900d"],
        "too fine",
    ),
    "times twice": (
        ["--weight", "70", "--dose", "1 mg/kg", "--times", "1", "--every", "1min"],
        "Give either --times",
    ),
    "age needed": (["--weight", "70", "--dose", "1 mg/kg", "--covariate", "age"], "Give --age"),
    "age": (["--weight", "70", "--dose", "1 mg/kg", "--age", "45 years"], "Write the number alone, in years"),
    "digits of another script": (["--weight", "７０", "--dose", "1 mg/kg"], "is not a plain number"),
    "dose with an odd digit": (["--weight", "70", "--dose", "½ mg/kg"], "--dose: '½' is not a plain number"),
    "ten years": (["--weight", "70", "--dose", "1 mg/kg", "--over", "4000 d"], "more than ten years"),
    "a time in ten years": (
        ["--weight", "70", "--dose", "1 mg", "--times", "1,9999999"],
        "more than ten years",
    ),
    "empty list of times": (["--weight", "70", "--dose", "1 mg/kg", "--times", ""], "--times: a time ''"),
    "time before the start": (
        ["--weight", "70", "--dose", "1 mg/kg", "--times", "-10,20"],
        "--times: a time of -10 min is not possible. Write a number from 0 on",
    ),
    "every zero": (["--weight", "70", "--dose", "1 mg/kg", "--every", "0 min"], "--every of 0 min"),
    "every beyond until": (
        ["--weight", "70", "--dose", "1 mg/kg", "--every", "1 h", "--until", "40 min"],
        "--every of 60 min is longer than the 40 min to show",
    ),
    "until zero": (
        ["--weight", "70", "--dose", "1 mg/kg", "--until", "0 min"],
        "--until of 0 min leaves nothing to show",
    ),
    "until before the start": (
        ["--weight", "70", "--dose", "1 mg/kg", "--until", "-4h"],
        "--until '-4h' lies before the start",
    ),
    "too many levels": (
        [
            *["--weight", "70", "--dose", "1 mg/kg", "--population", "100000"],
            "--every",
            "1s",
            "--until",
            "1h",
        ],
        "100000 people at 3601 times are more than 100000000 levels",
    ),
    "sex and covariate": (
        ["--weight", "70", "--dose", "1 mg/kg", "--sex", "male", "--covariate", "female"],
        "The covariate female is asked for, but the sex is male",
    ),
    "plot without a name": (
        ["--weight", "70", "--dose", "1 mg/kg", "--plot", ""],
        "--plot has no file name. Write one, such as level.svg",
    ),
    "csv without a name": (["--weight", "70", "--dose", "1 mg/kg", "--csv", ""], "--csv has no file name"),
    "regimen without a name": (["--weight", "70", "--regimen", ""], "'' can't be read"),
    "folder as regimen": (["--weight", "70", "--regimen", "."], "'.' can't be read: Is a directory"),
    "two on standard output": (
        ["--weight", "70", "--dose", "1 mg/kg", "--csv", "-", "--json"],
        "Give --csv a file",
    ),
    "one name for two files": (
        ["--weight", "70", "--dose", "1 mg/kg", "--csv", "a.svg", "--plot", "./a.svg"],
        "Give them different files",
    ),
    "plot of one time": (
        ["--weight", "70", "--dose", "1 mg/kg", "--times", "40", "--plot", "a.svg", "--csv", "a.csv"],
        "A plot needs two times or more",
    ),
    "unwritable plot beside a good table": (
        ["--weight", "70", "--dose", "1 mg/kg", "--csv", "a.csv", "--plot", "/no/such/place.svg"],
        "can't be written",
    ),
    "unwritable": (
        ["--weight", "70", "--dose", "1 mg/kg", "--csv", "/no/such/place.csv"],
        "can't be written",
    ),
}


@pytest.mark.parametrize("case", BAD, ids=str)
def test_bad_input_is_one_sentence_and_exit_2(case: str, capsys, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    arguments, says = BAD[case]
    assert main(["pk", *arguments]) == 2
    captured = capsys.readouterr()
    assert says in captured.err
    assert captured.err.startswith("tenuto: ")
    assert captured.err.count("\n") == 1
    assert captured.out == ""
    assert list(tmp_path.iterdir()) == [], "nothing half-written"


BAD_FILES = {
    "not TOML": ("dose = ", "is not TOML"),
    "no dose": ("[patient]\nweight_kg = 70", "has no [[dose]]"),
    "unknown key": ('[[dose]]\namont = "1 mg"', "Dose 1 has an unknown key 'amont'"),
    "amount and rate": ('[[dose]]\namount = "1 mg"\nrate = "1 mg/h"', "either an amount or a rate"),
    "rate without end": ('[[dose]]\nrate = "1 mg/h"', "has a rate without an end"),
    "overlap": (
        '[[dose]]\namount = "1 mg"\nover = "1 h"\n[[dose]]\nat = "30 min"\namount = "1 mg"\nover = "1 h"',
        "starts at 30 min overlaps the one from 0 to 60 min",
    ),
    "rate as amount": (
        '[[dose]]\namount = "0.3 mg/kg/h"\nover = "1 h"',
        "Dose 1: amount '0.3 mg/kg/h' is a rate",
    ),
    "amount as rate": (
        '[[dose]]\nrate = "0.3 mg/kg"\nover = "1 h"',
        "Dose 1: rate '0.3 mg/kg' needs mg/kg/h",
    ),
    "repeat": ('[[dose]]\namount = "1 mg"\nrepeat = { every = "1 d", count = 0 }', "repeat count '0'"),
    "repeat without count": (
        '[[dose]]\namount = "1 mg"\nrepeat = { every = "1 d" }',
        'Dose 1: repeat needs both every and count. Write it as { every = "2 d", count = 6 }',
    ),
    "repeat without count or every": ('[[dose]]\namount = "1 mg"\nrepeat = {}', "needs both"),
    "repeat a billion times": (
        '[[dose]]\namount = "1 mg"\nrepeat = { every = "1 d", count = 1000000000 }',
        "whole number from 1 to 10000",
    ),
    "repeat at one time": (
        '[[dose]]\namount = "1 mg"\nrepeat = { every = "0 min", count = 3 }',
        "gives all doses at one time",
    ),
    "repeat for a century": (
        '[[dose]]\namount = "1 mg"\nrepeat = { every = "9 d", count = 3000 }',
        "more than ten years",
    ),
    "more doses than can be": (
        3 * '[[dose]]\namount = "1 mg"\nrepeat = { every = "1 min", count = 5000 }\n',
        "more than 10000 doses",
    ),
    "infusion without a time": ('[[dose]]\nrate = "1 mg/h"\nover = "0 min"', "over 0 min has no rate"),
    "empty": ("", "has no [[dose]]"),
    "doses of words": ('dose = ["1 mg"]', "Dose 1 is not a table of keys"),
    "a list as amount": ('[[dose]]\namount = ["1 mg"]', "needs mg/kg or mg of ketamine base"),
    "a number as time": (
        '[[dose]]\namount = "1 mg"\nover = 40',
        "over '40' has no unit. Write the one that was ordered behind the number",
    ),
    "patient is a number": ('patient = 5\n[[dose]]\namount = "1 mg"', "[patient] is not a table of keys"),
    "unknown sex": ('[patient]\nsex = 5\n[[dose]]\namount = "1 mg"', "[patient] sex '5' is unknown"),
    "times are a number": ('[output]\ntimes = 5\n[[dose]]\namount = "1 mg"', "[output] times is not a list"),
    "no times": ('[output]\ntimes = []\n[[dose]]\namount = "1 mg"', "[output] times is not a list of 1 to"),
    "times twice": (
        '[output]\ntimes = [1]\nevery = "1 min"\n[[dose]]\namount = "1 mg"',
        "Give either [output] times, or [output] every",
    ),
    "until without a unit": (
        '[output]\nuntil = 5\n[[dose]]\namount = "1 mg"',
        "[output] until '5' has no unit",
    ),
    "the same key twice": ('[[dose]]\namount = "1 mg"\namount = "2 mg"', "is not TOML"),
    "before the start": ('[[dose]]\nat = "-5 min"\namount = "1 mg"', "lies before the start"),
    "dose is a word": ("dose = 5", "has no [[dose]]"),
}


@pytest.mark.parametrize("case", BAD_FILES, ids=str)
def test_a_bad_regimen_file_is_one_sentence_and_exit_2(case: str, capsys, tmp_path) -> None:
    text, says = BAD_FILES[case]
    file = tmp_path / "regimen.toml"
    file.write_text(text)
    assert main(["pk", "--weight", "70", "--regimen", str(file)]) == 2
    err = capsys.readouterr().err
    assert says in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "wrong", ["0,35 mg/kg", "nan mg/kg", "35", "1/2 mg/kg", "1,500 mg", "5e-1 mg/kg", "10 mcg/kg/min"]
)
def test_no_other_dose_is_ever_offered_as_the_fix(wrong, capsys):
    """An example beside a wrong value reads as its correction: a dose that nobody ordered."""
    main(["pk", "--weight", "70", "--dose", wrong, "--over", "40 min", "--times", "40"])
    told = capsys.readouterr().err.replace(wrong, "").replace(wrong.split()[0], "")
    assert set(re.findall(r"\d+(?:\.\d+)?", told)) <= {wrong.split()[0].replace(",", ".")}


@pytest.mark.parametrize("dose", ["35 mg ketamine", "35 mg of ketamine base", "0.5 mg/kg base"])
def test_an_amount_may_say_that_it_is_of_ketamine_base(dose: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pk", "--weight", "70", "--dose", dose, "--over", "40 min", "--times", "40"]) == 0
    assert "160" in capsys.readouterr().out
