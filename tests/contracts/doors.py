"""The import contract of the doors: what of a room may be imported from outside it. Read by import-linter."""

from __future__ import annotations

from collections.abc import Iterator

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

__all__ = ["DoorsContract"]


class DoorsContract(Contract):
    """Every room in `container` is closed but for `doors`; a room built later is closed from the start.

    `open_rooms` are those whose every module is for all. `back_doors` are further ones, each for one caller:
    `tenuto.cli -> plan.documents` lets the command line in, with what lies below the door, and nobody else. A room itself
    is no door: who holds its package reaches everything in it.
    """

    type_name = "doors"

    container = fields.StringField()
    doors = fields.ListField(subfield=fields.StringField())
    open_rooms = fields.ListField(subfield=fields.StringField(), required=False, default=[])
    back_doors = fields.ListField(subfield=fields.StringField(), required=False, default=[])

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        bypasses, unused = sorted(self._bypasses(graph)), self._unused(graph)
        return ContractCheck(kept=not (bypasses or unused), metadata={"bypasses": bypasses, "unused": unused})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["bypasses"]:
            output.print_error(f"{importer} goes past the door of its neighbour: it imports {imported}.")
        output.print(
            f"Doors: {', '.join(self.doors)}. What others need stands there, or is asked of the room."
        )  # type: ignore[arg-type]

    def _bypasses(self, graph: ImportGraph) -> Iterator[tuple[str, str]]:
        for imported in graph.modules:
            room, inner = self._placed(imported)
            if not room or room in self.open_rooms or _within(inner, self.doors):  # type: ignore[operator, arg-type]
                continue
            for importer in graph.find_modules_that_directly_import(imported):
                if self._placed(importer)[0] != room and not self._let_in(importer, f"{room}.{inner}"):
                    yield importer, imported

    def _placed(self, module: str) -> tuple[str, str]:
        """The room of a module and its name within; both empty outside the container."""
        prefix = f"{self.container}."
        if not module.startswith(prefix):
            return "", ""
        room, _, inner = module.removeprefix(prefix).partition(".")
        return room, inner

    def _let_in(self, importer: str, inner: str) -> bool:
        return any(_within(importer, [who]) and _within(inner, [door]) for who, door in self._callers())

    def _callers(self) -> Iterator[tuple[str, str]]:
        for entry in self.back_doors:  # type: ignore[attr-defined]
            who, _, door = entry.partition(" -> ")
            yield who, door

    def _unused(self, graph: ImportGraph) -> list[str]:
        return [door for _, door in self._callers() if f"{self.container}.{door}" not in graph.modules]


def _within(module: str, names: list[str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in names)
