"""The import contract of the doors: what of a room may be imported from outside it. Read by import-linter."""

from __future__ import annotations

from collections.abc import Iterator

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

__all__ = ["DoorsContract"]


class DoorsContract(Contract):
    """Every room in `container` is closed but for `doors`; a room built later is closed from the start.

    `open_rooms` are those whose every module is for all; `also` are further doors, such as `plan.documents`, with what
    lies below them.
    """

    type_name = "doors"

    container = fields.StringField()
    doors = fields.ListField(subfield=fields.StringField())
    open_rooms = fields.ListField(subfield=fields.StringField(), required=False, default=[])
    also = fields.ListField(subfield=fields.StringField(), required=False, default=[])

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
            if not inner or room in self.open_rooms or self._is_door(room, inner):  # type: ignore[operator]
                continue
            for importer in graph.find_modules_that_directly_import(imported):
                if self._placed(importer)[0] != room:
                    yield importer, imported

    def _placed(self, module: str) -> tuple[str, str]:
        """The room of a module and its name within; both empty outside the container."""
        prefix = f"{self.container}."
        if not module.startswith(prefix):
            return "", ""
        room, _, inner = module.removeprefix(prefix).partition(".")
        return room, inner

    def _is_door(self, room: str, inner: str) -> bool:
        names = [*self.doors, *(d.partition(".")[2] for d in self.also if d.startswith(f"{room}."))]  # type: ignore[attr-defined]
        return any(inner == name or inner.startswith(f"{name}.") for name in names)

    def _unused(self, graph: ImportGraph) -> list[str]:
        return [door for door in self.also if f"{self.container}.{door}" not in graph.modules]  # type: ignore[attr-defined]
