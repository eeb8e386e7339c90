"""Break the rules on purpose and count how many breaks the tests notice: `./test --soak` does it, after the long tests.

    python scripts/mutants.py [how many of core] [how many of clinic]

Cosmic Ray makes the mutants, of the rule modules of core and of the services of the clinic, in a copy of the tree. A sample
drawn with a fixed seed is tried, each against the tests of its module, then of its room, then of what builds on it. The
result goes to docs/mutation-results.md, with every survivor as the change that no test noticed; what was looked at by a
person stands in docs/mutation-survivors.toml.
"""

from __future__ import annotations

import os
import platform
import random
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast_from_path
from cosmic_ray.mutating import mutate_and_test, mutate_code
from cosmic_ray.plugins import get_operator, operator_names
from cosmic_ray.work_item import MutationSpec, TestOutcome

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "docs" / "mutation-results.md"
LOOKED_AT = ROOT / "docs" / "mutation-survivors.toml"
PACKAGES = {
    "core": ("src/tenuto/core", "gate.py course/*.py plan/*.py policy/*.py intake/*.py scales/*.py forecast/*.py outcomes/*.py"),
    "clinic": ("src/tenuto/clinic", "*/services/*.py */services.py"),
}  # fmt: skip
SAMPLE = {"core": 200, "clinic": 100}
"""How many of each. Services are few beside the rules; a proportional sample would hardly see them."""
BEYOND = {
    "core": "tests/core/course tests/core/plan tests/core/intake tests/core/forecast tests/spec tests/cli/test_plan.py",
    "clinic": "tests/attacks tests/clinic/desk tests/clinic/plan",
}
"""The tests of what builds on the rooms of a package, in which a break shows last."""
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
    mutation: MutationSpec
    noticed: bool
    change: str
    """The lines that were taken out and put in."""

    @property
    def name(self) -> str:
        """The same as long as the module and the number of its mutants are."""
        spec = self.mutation
        return f"{spec.module_path}:{spec.operator_name.removeprefix('core/')}:{spec.occurrence}"


def main() -> int:
    """Draw, try, write; 1 when fewer than nine in ten are noticed."""
    sizes = dict(zip(PACKAGES, map(int, sys.argv[1:]), strict=False)) or SAMPLE
    with tempfile.TemporaryDirectory(prefix="tenuto-mutants-") as folder:
        copy_to(Path(folder))
        os.chdir(folder)
        tried: list[Tried] = []
        for package, size in sizes.items():
            for each in draw(package, size):
                tried.append(attempt(package, each))
                # It takes an hour; what was tried when it is stopped is kept.
                RESULT.write_text(page(tried), "utf-8")
    share = noticed(tried) / len(tried)
    print(f"{noticed(tried)} of {len(tried)} mutants noticed ({share:.0%}): {RESULT.relative_to(ROOT)}")
    return int(share < WANTED)


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


def attempt(package: str, mutation: MutationSpec) -> Tried:
    """Make the change, run the tests that should see it, and take it back."""
    result = mutate_and_test([mutation], command(mutation.module_path), MOST_SECONDS)
    lines = (result.diff or "").splitlines()
    change = [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    seen = result.test_outcome is not TestOutcome.SURVIVED
    tried = Tried(package, mutation, seen, "\n".join(change))
    print(f"{'noticed' if seen else 'SURVIVED'} {tried.name}", flush=True)
    return tried


def command(module: Path) -> str:
    """The tests of the module, then those of its room, then those of what builds on it; the first failure ends it."""
    _, _, package, *inside = module.parts
    room = Path("tests", package, inside[0]) if len(inside) > 1 else Path("tests", package)
    runs = [room / f"test_{module.stem}.py", room]
    python = f"PYTHONPATH=src:. {sys.executable} -m pytest -q -x --no-header -p no:cacheprovider"
    marks = '-m "not soak and not journey and not thorough"'
    steps = [f"{python} {marks} {run}" for run in runs if run.exists()]
    return f"sh -c '{' && '.join([*steps, f'{python} {marks} {BEYOND[package]}'])}'"


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
