"""Enter new template versions in core/literature/protocol_versions.toml. A version once entered never changes."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

from tenuto.core.literature.protocol import protocols

REGISTER = Path(__file__).resolve().parent.parent / "src/tenuto/core/literature/protocol_versions.toml"
HEAD = """\
# Every published version of every protocol template with the digest of its content. Lines are added, never changed:
# a series that was signed under a version must find that version as it was. Written by scripts/protocol_versions.py.
"""


def registered() -> dict[str, dict[str, str]]:
    """Digest by version, by template id."""
    return tomllib.loads(REGISTER.read_text("utf-8")) if REGISTER.exists() else {}


def changed(known: dict[str, dict[str, str]]) -> list[str]:
    """Ids of templates whose content no longer is what their version says."""
    return [
        id_ for id_, p in protocols().items() if known.get(id_, {}).get(str(p.version), p.sha256) != p.sha256
    ]


def text(known: dict[str, dict[str, str]]) -> str:
    """The register with the present versions added."""
    for id_, template in protocols().items():
        known.setdefault(id_, {}).setdefault(str(template.version), template.sha256)
    parts = (
        f'\n["{id_}"]\n' + "".join(f'{version} = "{sha}"\n' for version, sha in known[id_].items())
        for id_ in sorted(known)
    )
    return HEAD + "".join(parts)


if __name__ == "__main__":
    before = registered()
    if wrong := changed(before):
        sys.exit(f"{', '.join(wrong)}: the content changed under a published version. Raise its version.")
    REGISTER.write_text(text(before), "utf-8")
