"""The one strict reader of data files: typed, and what nobody reads is refused, never passed over.

A misspelt key in a file is a cap that caps nothing or a rule that holds for nobody. So every reader asks for the keys it
knows, by type, and when it has finished whatever is left over is an error that names the file, the place, the key and
the nearest key that is known.
"""

from __future__ import annotations

from tenuto.core.data.reading import build, json_content, parse_csv, parse_json, parse_toml, read_toml
from tenuto.core.data.shipped import DataFile, DataFolder, data_file, data_folder, declared
from tenuto.core.data.table import DataError, Table, not_among

__all__ = [
    "DataError",
    "DataFile",
    "DataFolder",
    "Table",
    "build",
    "data_file",
    "data_folder",
    "declared",
    "json_content",
    "not_among",
    "parse_csv",
    "parse_json",
    "parse_toml",
    "read_toml",
]
