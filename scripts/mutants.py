"""Break the rules on purpose and count how many breaks the tests notice: `./test --soak` does it, after the long tests.

    python scripts/mutants.py [how many of core] [how many of clinic] [--map FILE] [--resume]

Cosmic Ray makes the mutants, of the rule modules of core and of the services of the clinic, in a copy of the tree. A sample
drawn with a fixed seed is tried, each against the tests that reach the changed lines, the nearest first: coverage.py writes
down in one run of all tests which they are. `--map` takes the data of such a run instead. What was tried is kept in .cache, and
`--resume` goes on from there, also with another sample. The result goes to
docs/mutation-results.md, with every survivor as the change that no test noticed; what was looked at by a person stands in
docs/mutation-survivors.toml.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import coverage
from cosmic_ray.ast import ast_nodes, get_ast_from_path
from cosmic_ray.mutating import mutate_and_test, mutate_code
from cosmic_ray.plugins import get_operator, operator_names
from cosmic_ray.work_item import MutationSpec, TestOutcome

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "docs" / "mutation-results.md"
KEPT = ROOT / ".cache" / "mutants.jsonl"
LOOKED_AT = ROOT / "docs" / "mutation-survivors.toml"
PACKAGES = {
    "core": ("src/tenuto/core", "gate.py course/*.py plan/*.py policy/*.py intake/*.py scales/*.py forecast/*.py outcomes/*.py"),
    "clinic": ("src/tenuto/clinic", "*/services/*.py */services.py"),
}  # fmt: skip
SAMPLE = {"core": 200, "clinic": 100}
"""How many of each. Services are few beside the rules; a proportional sample would hardly see them."""
TESTS = "tests/core tests/spec tests/clinic tests/cli"
MARKS = "not soak and not journey and not thorough"
MOST_TESTS = 120
"""A line that thousands of tests reach is tried by the nearest of them; a survivor may so be one that a farther test sees."""
RAN = ("0", "1", "2")
"""What pytest ends with when tests passed, failed, or could not be collected since a module no longer loads."""
GONE = "4"
"""What it ends with when there is no test of a chosen name."""
SEED = 1
WANTED = 0.9
MOST_SECONDS = 1200
CHANGES = re.compile(
    r"core/(NumberReplacer|AddNot|ReplaceTrueWithFalse|ReplaceFalseWithTrue|ReplaceAndWithOr|ReplaceOrWithAnd"
    r"|ReplaceUnaryOperator_Delete_(Not|USub)|ZeroIterationForLoop|ReplaceBreakWithContinue"
    r"|ReplaceComparisonOperator_(Lt_(LtE|Gt)|LtE_(Lt|GtE)|Gt_(GtE|Lt)|GtE_(Gt|LtE)|Eq_NotEq|NotEq_Eq|Is_IsNot|IsNot_Is|In_NotIn|NotIn_In)"
    r"|ReplaceBinaryOperator_(Add_Sub|Sub_Add|Mul_Div|Div_Mul|FloorDiv_Mul|Mod_Add))"
)
"""One change for each kind of mistake. Those that mostly make the same program again are left out: `is` for `==` between members
of an enum, another operator for the `|` of a type, a cache taken off."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A mutant, and whether a test noticed it."""

    package: str
    name: str
    noticed: bool
    change: str
    """The lines that were taken out and put in."""


def name_of(mutation: MutationSpec) -> str:
    """The same as long as the module and the number of its mutants are."""
    return f"{mutation.module_path}:{mutation.operator_name.removeprefix('core/')}:{mutation.occurrence}"


def main() -> int:
    """Draw, try, write; 1 when fewer than nine in ten are noticed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sizes", nargs="*", type=int, help="how many of core, how many of clinic")
    parser.add_argument(
        "--map", type=Path, metavar="FILE", help="data of coverage.py with the tests as contexts"
    )
    parser.add_argument("--resume", action="store_true", help="try nothing again that was tried before")
    args = parser.parse_args()
    sizes = {name: size for name, size in zip(PACKAGES, args.sizes, strict=False) if size} or SAMPLE
    given = args.map and args.map.resolve()
    with tempfile.TemporaryDirectory(prefix="tenuto-mutants-") as folder:
        copy_to(Path(folder))
        os.chdir(folder)
        reach = Reach(given or reached())
        before = {each.name: each for each in kept()} if args.resume else {}
        tried = [each for each in before.values() if each.package not in sizes]
        for package, size in sizes.items():
            for each in draw(package, size):
                tried.append(before.get(name_of(each)) or attempt(package, each, reach))
                # It takes an hour; what was tried when it is stopped is kept.
                KEPT.parent.mkdir(exist_ok=True)
                KEPT.write_text("".join(f"{json.dumps(asdict(one))}\n" for one in tried), "utf-8")
                RESULT.write_text(page(tried), "utf-8")
    share = noticed(tried) / len(tried)
    print(f"{noticed(tried)} of {len(tried)} mutants noticed ({share:.0%}): {RESULT.relative_to(ROOT)}")
    return int(share < WANTED)


def kept() -> list[Tried]:
    """What was tried before."""
    lines = KEPT.read_text("utf-8").splitlines() if KEPT.exists() else []
    return [Tried(**json.loads(line)) for line in lines]


def reached() -> Path:
    """Run all tests once, and write down which of them reach which lines."""
    data = Path("reached.coverage").resolve()
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-n", "2", "-m", MARKS, *TESTS.split()]
    cover = ["--cov=src/tenuto", "--cov-context=test", "--cov-report="]
    subprocess.run(
        [*command, *cover], check=True, env={**os.environ, "COVERAGE_FILE": str(data), "PYTHONPATH": "src:."}
    )
    return data


def collected() -> set[str]:
    """The names of all tests, by which each can be run alone."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--no-header",
        "--collect-only",
        "-m",
        MARKS,
        *TESTS.split(),
    ]
    listed = subprocess.run(
        command, check=True, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": "src:."}
    ).stdout
    return {line for line in listed.splitlines() if "::" in line}


class Reach:
    """Which tests reach which lines."""

    def __init__(self, data: Path) -> None:
        self._data = coverage.CoverageData(basename=str(data))
        self._data.read()
        self._known = collected()
        self._named = {Path(name).parts[-4:]: name for name in self._data.measured_files()}

    def of(self, mutation: MutationSpec) -> list[str]:
        """The names of the tests that reach the changed lines, the nearest first, never more than `MOST_TESTS`.

        What runs once and is remembered, as the reading of a file, is reached by the first test that asks; so the tests of
        the module itself always belong to them, and every test that reaches any line of it where nothing else does.
        """
        module = mutation.module_path
        lines = self._data.contexts_by_lineno(self._named.get(module.parts[-4:], ""))
        changed = range(mutation.start_pos[0], mutation.end_pos[0] + 1)
        own = {name for name in self._known if distance(name, module) == 0}
        names = (names_of(lines, changed) or names_of(lines, lines)) & self._known | own
        return nearest(names, module)[:MOST_TESTS]


def nearest(names: Iterable[str], module: Path) -> list[str]:
    """The nearest first; of the equally near one case of every test, then the next of each: no test with many cases comes
    before all others."""
    turns: Counter[str] = Counter()
    placed = []
    for name in sorted(names):
        test = name.partition("[")[0]
        placed.append((distance(name, module), turns[test], name))
        turns[test] += 1
    return [name for *_, name in sorted(placed)]


def names_of(lines: Mapping[int, list[str]], chosen: Iterable[int]) -> set[str]:
    """The tests that reach any of the chosen lines: a context is `name|setup`, `name|run` or nothing at an import."""
    contexts = {context for line in chosen for context in lines.get(line, ())}
    return {name for name, _, phase in (context.rpartition("|") for context in contexts) if phase == "run"}


def distance(test: str, module: Path) -> int:
    """0 for the tests of the module, 1 of its room, 2 of its package or of the tables, 3 of what builds on it."""
    path = Path(test.partition("::")[0])
    _, _, package, *inside = module.parts
    room = Path("tests", package, inside[0]) if len(inside) > 1 else Path("tests", package)
    if path.is_relative_to(room):
        return 0 if path.stem == f"test_{module.stem}" else 1
    return 2 if path.is_relative_to(Path("tests", package)) or "spec" in path.parts else 3


def copy_to(folder: Path) -> None:
    """The tree as git knows it, so that a break never stands in the one that is worked in."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for name in filter(None, listed.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)


def draw(package: str, size: int) -> list[MutationSpec]:
    """The sample: the same for the same program."""
    found = list(mutations(modules(package)))
    random.Random(SEED).shuffle(found)
    return list(islice(filter(runs, found), size))


def runs(mutation: MutationSpec) -> bool:
    """Whether Python takes the changed module, and more than the making of a dataclass is changed."""
    code = mutation.module_path.read_text("utf-8")
    changed = mutate_code(code, get_operator(mutation.operator_name)(), mutation.occurrence)
    line = code.splitlines()[mutation.start_pos[0] - 1]
    try:
        compile(changed, str(mutation.module_path), "exec")
    except SyntaxError:
        # The `*` before what must be named is no product.
        return False
    return not line.lstrip().startswith("@dataclass(")


def modules(package: str) -> Iterator[Path]:
    """The modules whose rules are broken, in order of their names."""
    root, patterns = PACKAGES[package]
    return (path for pattern in patterns.split() for path in sorted(Path(root).glob(pattern)))


def mutations(paths: Iterable[Path]) -> Iterator[MutationSpec]:
    """Every change that one of the chosen operators can make to a module."""
    for path in paths:
        tree = get_ast_from_path(path)
        for name in sorted(filter(CHANGES.fullmatch, operator_names())):
            operator = get_operator(name)()
            places = (place for node in ast_nodes(tree) for place in operator.mutation_positions(node))
            for occurrence, (start, end) in enumerate(places):
                yield MutationSpec(
                    module_path=path, operator_name=name, occurrence=occurrence, start_pos=start, end_pos=end
                )


def attempt(package: str, mutation: MutationSpec, reach: Reach) -> Tried:
    """Make the change, run the tests that should see it, and take it back."""
    tests = reach.of(mutation)
    result = mutate_and_test([mutation], command(tests), MOST_SECONDS)
    ended = Path("code.txt").read_text("utf-8").strip()
    if ended == GONE:
        # The change is in the name of a case, so that it has another one: all cases of these tests.
        whole = list(dict.fromkeys(name.partition("[")[0] for name in tests))
        result = mutate_and_test([mutation], command(whole), MOST_SECONDS)
        ended = Path("code.txt").read_text("utf-8").strip()
    if tests and ended not in RAN:
        raise SystemExit(f"The tests of {mutation.module_path} could not be run: pytest ended with {ended}.")
    lines = (result.diff or "").splitlines()
    change = [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    seen = bool(tests) and result.test_outcome is not TestOutcome.SURVIVED
    tried = Tried(package, name_of(mutation), seen, "\n".join(change))
    print(f"{'noticed' if seen else 'SURVIVED'} {tried.name} ({len(tests)} tests reach it)", flush=True)
    return tried


def command(tests: list[str]) -> str:
    """Run these tests in their order until the first fails."""
    Path("chosen.txt").write_text("\n".join(tests), "utf-8")
    python = f"PYTHONPATH=src:. {sys.executable} -m pytest -q -x --no-header -p no:cacheprovider"
    return f"sh -c '{python} --hypothesis-profile checking @chosen.txt; code=$?; echo $code > code.txt; exit $code'"


def noticed(tried: Iterable[Tried]) -> int:
    """How many the tests saw."""
    return sum(each.noticed for each in tried)


def page(tried: list[Tried]) -> str:
    """The result as a page of the manual."""
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    rows = []
    for package in dict.fromkeys(each.package for each in tried):
        mine = [each for each in tried if each.package == package]
        rows.append(
            f"| `tenuto.{package}` | {len(mine)} | {noticed(mine)} | {noticed(mine) / len(mine):.1%} |"
        )
    verdicts = tomllib.loads(LOOKED_AT.read_text("utf-8")) if LOOKED_AT.exists() else {}
    parts = [
        f"`{each.name}`\n\n```diff\n{each.change}\n```\n\n{verdicts.get(each.name, 'Not looked at yet.')}\n"
        for each in tried
        if not each.noticed
    ]
    return f"""\
# Mutants

What `scripts/mutants.py` found on {datetime.now(UTC).date()} ({machine}): a sample of breaks, made on purpose, and how many
the tests noticed.

| package | mutants | noticed | share |
|---|---|---|---|
{chr(10).join(rows)}

## What no test noticed

{chr(10).join(parts)}"""


if __name__ == "__main__":
    sys.exit(main())
