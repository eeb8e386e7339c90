"""Build the wheel, install it into a fresh environment outside the checkout, and run the notebook tutorial there.

    python scripts/try_wheel.py

Shows what a researcher has who only says `pip install tenuto`: a data file that was left out of the wheel is found here.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = ROOT / ".tools/bin/uv"
TUTORIAL = ROOT / "docs/tutorial/in-a-notebook.md"


def main() -> int:
    """Build, install, run."""
    with tempfile.TemporaryDirectory(prefix="tenuto-wheel-") as folder:
        away = Path(folder)
        run([UV, "build", "--wheel", "-q", "--out-dir", away, ROOT], away)
        [wheel] = away.glob("*.whl")
        run([UV, "venv", "-q", "--python", "3.11", away / "env"], away)
        python = away / "env/bin/python"
        run([UV, "pip", "install", "-q", "--python", python, "-c", ROOT / "requirements.lock", wheel], away)
        cells = re.findall(r"^```python\n(.*?)^```", TUTORIAL.read_text("utf-8"), re.DOTALL | re.MULTILINE)
        (away / "tutorial.py").write_text("\n".join(cells), "utf-8")
        run([python, "-I", "tutorial.py"], away)
        drawn = sorted(path.name for path in away.glob("*.svg"))
        print(f"\n{wheel.name}: {len(cells)} cells ran in {away}; drawn: {', '.join(drawn)}")
    return 0


def run(command: list[object], where: Path) -> None:
    """Away from the checkout and from what the caller's environment would add to it."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON") and k != "VIRTUAL_ENV"}
    subprocess.run([str(word) for word in command], cwd=where, env=environment, check=True)


if __name__ == "__main__":
    sys.exit(main())
