"""Data files that come with the program: each is declared once with its reader, read when first asked for, and kept.

    @data_file(ROOT / "factors.toml")
    def factors(file: Table) -> tuple[Factor, ...]: ...

    factors()      # what the file holds

A file without a declaration, or with two, fails a test; so does a declared file in which a misspelt key is passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar

from tenuto.core.data.reading import build, parse_csv, parse_json, parse_toml
from tenuto.core.data.table import DataError, Table, not_among

__all__ = ["DataFile", "DataFolder", "data_file", "data_folder", "declared"]

T = TypeVar("T")
F = TypeVar("F", bound="DataFolder[Any]")

_PACKAGE = Path(__file__).parents[2]
_FORMS: Mapping[str, Callable[..., dict[str, Any]]] = {
    ".toml": parse_toml,
    ".json": parse_json,
    ".csv": parse_csv,
}
_DECLARED: list[DataFolder[Any]] = []


class DataFolder(Generic[T]):
    """All files of one form, by name, each read when it is first asked for."""

    def __init__(self, root: Path, pattern: str, reader: Callable[[Table], T]) -> None:
        """The files under `root` that `pattern` names."""
        self.root, self.pattern, self.reader = root, pattern, reader
        self.__doc__ = reader.__doc__
        self._built: dict[str, T] = {}
        self._names: tuple[str, ...] | None = None

    def paths(self) -> tuple[Path, ...]:
        """Where the files are, in alphabetical order."""
        return tuple(sorted(self.root.glob(self.pattern)))

    def names(self) -> tuple[str, ...]:
        """The name of each file: its place below the root without the ending."""
        if self._names is None:
            self._names = tuple(self._name(path) for path in self.paths())
        return self._names

    def one(self, name: str) -> T:
        """What the file `name` holds; KeyError names the nearest or lists those there are."""
        if name not in self._built:
            if name not in self.names():
                raise KeyError(f"{self.root.name}: {not_among(name, self.names())}")
            path = self.paths()[self.names().index(name)]
            self._built[name] = self.build(self.parse(path), path)
        return self._built[name]

    def all(self) -> Mapping[str, T]:
        """What each file holds, by its name."""
        return {name: self.one(name) for name in self.names()}

    def parse(self, path: Path) -> dict[str, Any]:
        """The content of one of the files, before any reader."""
        return _FORMS[path.suffix](path.read_text("utf-8"), name=_called(path))

    def build(self, raw: Mapping[str, Any], path: Path) -> T:
        """What the reader makes of such content, as if it stood at `path`; DataError says what is wrong with it."""
        try:
            return build(raw, self.reader, name=_called(path))
        except DataError:
            raise
        except ValueError as error:
            raise DataError(f"{_called(path)}: {error}") from error

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root).with_suffix("").as_posix()


class DataFile(DataFolder[T]):
    """One file. Calling it gives what the file holds."""

    def __init__(self, path: Path, reader: Callable[[Table], T]) -> None:
        """The file at `path`, read by `reader`."""
        super().__init__(path.parent, path.name, reader)
        self.path = path
        # A page asks some thirty files, each by this name.
        self._only = self._name(path)

    def __call__(self) -> T:
        """What the file holds."""
        return self.one(self._only)


def data_file(path: Path) -> Callable[[Callable[[Table], T]], DataFile[T]]:
    """Declare a data file: the decorated reader becomes what gives its content."""
    return lambda reader: _declare(DataFile(path, reader))


def data_folder(root: Path, pattern: str = "*.toml") -> Callable[[Callable[[Table], T]], DataFolder[T]]:
    """Declare a folder of data files of one form: the decorated reader reads each."""
    return lambda reader: _declare(DataFolder(root, pattern, reader))


def _declare(files: F) -> F:
    _DECLARED.append(files)
    return files


def declared() -> tuple[DataFolder[Any], ...]:
    """Every declaration in the modules imported so far."""
    return tuple(_DECLARED)


def _called(path: Path) -> str:
    """What an error calls a file: its place in the package, such as `core/literature/factors.toml`."""
    return path.relative_to(_PACKAGE).as_posix() if path.is_relative_to(_PACKAGE) else path.name
