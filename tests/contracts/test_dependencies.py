"""Whatever is installed is used: a dependency that nothing imports is one more thing to trust and to keep up to date."""

from __future__ import annotations

import re
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).resolve().parents[2]
WHERE = {"runtime.in": ("src",), "test.in": ("src", "tests", "scripts", "docs/conf.py", "pyproject.toml")}
BY_NAME = {
    "argon2-cffi": ("src/tenuto/clinic/config/settings.py", "Argon2PasswordHasher"),
    "psycopg": ("src/tenuto/clinic/config/environment.py", "django.db.backends.postgresql"),
    "furo": ("docs/conf.py", "furo"),
    "django-stubs": ("pyproject.toml", "mypy_django_plugin"),
    "ruff": ("test", "ruff"),
    "mypy": ("test", "mypy"),
    "import-linter": ("test", "importlinter"),
    "sphinx": ("test", "sphinx"),
    "pytest-xdist": ("test", '"-n"'),
}
"""What is used without an import: the file and the word in it."""


def named(file: str) -> list[str]:
    lines = (ROOT / "requirements" / file).read_text("utf-8").splitlines()
    return [re.split(r"[\[<>=~]", line)[0] for line in lines if line and line[0] not in "#-"]


def modules_of(name: str) -> list[str]:
    wanted = name.lower().replace("_", "-")
    return [
        module
        for module, owners in packages_distributions().items()
        if wanted in {owner.lower().replace("_", "-") for owner in owners} and not module.startswith("_")
    ]


def text_of(places: tuple[str, ...]) -> str:
    files = [
        f
        for place in places
        for f in ([ROOT / place] if (ROOT / place).is_file() else (ROOT / place).rglob("*"))
    ]
    kept = (f for f in files if f.suffix in (".py", ".toml", ".html"))
    return "\n".join(f.read_text("utf-8") for f in kept)


@pytest.mark.parametrize("file", WHERE)
def test_every_dependency_is_imported_or_named(file):
    text = text_of(WHERE[file])
    unused = [name for name in named(file) if name not in BY_NAME and not _used(name, text)]
    assert unused == []


@pytest.mark.parametrize("name", BY_NAME)
def test_what_is_used_by_name_is_named(name):
    file, word = BY_NAME[name]
    assert word in (ROOT / file).read_text("utf-8")


def _used(name: str, text: str) -> bool:
    modules = modules_of(name)
    if any(e.group == "pytest11" for e in distribution(name).entry_points):
        return True
    return any(re.search(rf"(?:import|from|load) {m}\b|[\"']{m}[.\"']", text) for m in modules)
