"""`tenuto book`: exit codes, JSON, and sentences for files that can't be used."""

import json
from pathlib import Path

import pytest

from tenuto.cli import main
from tenuto.core.scheduling.reading import read_period
from tenuto.core.scheduling.verify import verify

EXAMPLES = Path(__file__).parents[2] / "examples/booking"
PERIOD = EXAMPLES / "period.json"


@pytest.fixture
def changed(tmp_path):
    def write(**values):
        path = tmp_path / "period.json"
        path.write_text(json.dumps(json.loads(PERIOD.read_text("utf-8")) | values), "utf-8")
        return str(path)

    return write


def answer(capsys, *words):
    code = main(["book", *words, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_everything_placed_exits_0(capsys):
    code, found = answer(capsys, str(PERIOD), "--seconds", "5")
    assert (code, found["status"], found["unplaced"], found["verified"]) == (0, "complete", [], True)
    assert list(found) == ["status", "visits", "unplaced", "objective", "bound", "verified"]
    assert len(found["visits"]) == 16
    assert {"patient", "n", "chair", "nurse", "start", "end"} == set(found["visits"][0])
    assert found["bound"] <= found["objective"]
    assert verify(read_period(PERIOD.read_text("utf-8"), name="p"), ()) == ()


def test_a_part_placed_exits_3_with_reasons(capsys):
    code, found = answer(capsys, str(EXAMPLES / "partial.json"), "--seconds", "1")
    assert (code, found["status"], len(found["visits"]), found["verified"]) == (3, "partial", 1, True)
    assert found["unplaced"][0]["patient"] == "dot"
    assert "It fits if dot can also come at other times: Wed 4 Mar." in found["unplaced"][0]["reasons"]


def test_nothing_placed_exits_4(capsys, changed):
    asked = {"id": "eve", "count": 2, "gap_days": {"min": 2, "max": 3}, "available": []}
    code, found = answer(capsys, changed(patients=[asked]), "--seconds", "1")
    assert (code, found["status"], found["visits"]) == (4, "none", [])
    assert "eve can be there for 170 min on no clinic day" in found["unplaced"][0]["reasons"][0]


def test_no_patients_is_complete(capsys, changed):
    code, found = answer(capsys, changed(patients=[]))
    assert (code, found["status"], found["objective"]) == (0, "complete", 0)


def test_in_words(capsys):
    assert main(["book", str(EXAMPLES / "partial.json"), "--seconds", "0"]) == 3
    shown = capsys.readouterr().out
    assert "Mon 2 Mar 2026\n  08:00 to 10:50  dot, visit 1" in shown
    assert "dot: 2 not placed\n  - On the days on which dot can come" in shown


@pytest.mark.parametrize(
    "words", [("nowhere.json",), (str(PERIOD), "--seconds", "-1"), (str(PERIOD), "--seconds", "x")]
)
def test_unusable_words_exit_2_with_one_sentence(words, capsys):
    assert main(["book", *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("tenuto: ")
    assert captured.err.count("\n") == 1


def test_an_unknown_id_exits_2(changed, capsys):
    assert main(["book", changed(chairs=[{"id": "A"}])]) == 2
    assert "'door' is not known here" in capsys.readouterr().err
