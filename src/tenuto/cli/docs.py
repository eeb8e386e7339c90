"""Write the pages of the manual that are generated from the code and its data, or check that they are current."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tenuto.cli import UserError


class Page(NamedTuple):
    """A generated page: where it stands below docs/, and the `module:function` that returns its text."""

    path: str
    renderer: str


PAGES: tuple[Page, ...] = (
    Page("generated/durability-aims.md", "tenuto.manual.aimed_rules:page"),
    Page("generated/durability-later.md", "tenuto.manual.later_studies:page"),
    Page("generated/durability-checks.md", "tenuto.core.durability.verification.report:page"),
    Page("generated/durability-model-card.md", "tenuto.core.durability.calibration.card:model_card"),
    Page("generated/durability-rows.svg", "tenuto.manual.durability_charts:rows"),
    Page("generated/durability-population.svg", "tenuto.manual.durability_charts:population"),
    Page("generated/pk-validity.md", "tenuto.manual.pk_validity:page"),
    Page("generated/pk-models.svg", "tenuto.manual.drug_level:models"),
    Page("generated/pk-40-or-60.svg", "tenuto.manual.drug_level:forty_or_sixty"),
    Page("generated/pk-dose-or-rate.svg", "tenuto.manual.drug_level:dose_or_rate"),
    Page("generated/pk-weight.svg", "tenuto.manual.drug_level:weight"),
    Page("generated/pk-fixed-dose.svg", "tenuto.manual.drug_level:fixed_dose"),
    Page("generated/pk-clearance.svg", "tenuto.manual.drug_level:clearance"),
    Page("reference/fhir-facts.md", "tenuto.manual.fhir_facts:page"),
    Page("reference/protocols.md", "tenuto.manual.protocols:page"),
    Page("reference/scales.md", "tenuto.manual.scales:page"),
    Page("reference/session-states.md", "tenuto.manual.session_states:page"),
    Page("reference/who-may.md", "tenuto.manual.who_may:page"),
)


def render(page: Page) -> str:
    """The text that the page should have now."""
    module, _, function = page.renderer.partition(":")
    renderer: Callable[[], str] = getattr(importlib.import_module(module), function)
    return renderer().rstrip("\n") + "\n"


def stale(folder: Path) -> list[str]:
    """The pages below `folder` that are missing or differ from what the code says now."""
    return [
        page.path
        for page in PAGES
        if not (folder / page.path).is_file() or (folder / page.path).read_text("utf-8") != render(page)
    ]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("action", choices=("build", "check"), help="write the pages, or only compare them")
    parser.add_argument("--folder", type=Path, default=Path("docs"), help="the docs folder (default: docs)")


def run(args: argparse.Namespace) -> int:
    """Build or check; a stale page exits with 1."""
    if not args.folder.is_dir():
        raise UserError(
            f"There is no folder '{args.folder}'. Run this from the project's root or give --folder."
        )
    outdated = stale(args.folder)
    if args.action == "check":
        for path in outdated:
            print(f"stale: {path}. Run `tenuto docs build`.")
        return 1 if outdated else 0
    for page in PAGES:
        if page.path in outdated:
            target = args.folder / page.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(render(page), "utf-8")
            print(f"wrote {target}")
    return 0
