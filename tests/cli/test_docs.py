"""Generated pages are current, and a stale one is noticed."""

from pathlib import Path

from tenuto import cli
from tenuto.cli import docs

ROOT = Path(__file__).resolve().parents[2]


def test_the_generated_pages_are_current():
    assert docs.stale(ROOT / "docs") == []


def test_build_writes_what_check_then_accepts(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(docs, "PAGES", (docs.Page("a/page.md", f"{__name__}:sample"),))
    assert cli.main(["docs", "check", "--folder", str(tmp_path)]) == 1
    assert "stale: a/page.md" in capsys.readouterr().out
    assert cli.main(["docs", "build", "--folder", str(tmp_path)]) == 0
    assert (tmp_path / "a/page.md").read_text() == "sample\n"
    assert cli.main(["docs", "check", "--folder", str(tmp_path)]) == 0


def test_a_missing_folder_is_a_sentence(capsys):
    assert cli.main(["docs", "check", "--folder", "nowhere"]) == 2
    assert "no folder 'nowhere'" in capsys.readouterr().err


def sample() -> str:
    return "sample"
