"""Keep the journeys' picture of the first page for the README: `python scripts/first_page_picture.py`.

Run the journeys first (`./test`); they leave their pictures in test-results/.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TAKEN = ROOT / "test-results" / "patients-1440.png"
KEPT = ROOT / "docs" / "images" / "first-page.png"


def main() -> int:
    """Copy the picture, or say what to do first."""
    if not TAKEN.exists():
        print(f"There is no {TAKEN.relative_to(ROOT)}. Run the browser journeys first.", file=sys.stderr)
        return 1
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(TAKEN, KEPT)
    return 0


if __name__ == "__main__":
    sys.exit(main())
