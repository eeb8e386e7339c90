"""Builds the benchmark's own environment with the peers of the drug-level engine. Never part of ./test.

    python benchmarks/pk_environment.py FOLDER

Needs a C compiler; numbalsoda needs a Fortran compiler besides (Debian: apt-get install gcc g++ gfortran). opentiva ships C
that an older Cython wrote, which Python 3.11 can't compile, so its own Cython source is translated again.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
OPENTIVA = "opentiva==1.1.2"


def build(folder: Path) -> Path:
    """Create the environment and return its Python."""
    venv.create(folder, with_pip=True, clear=True)
    python = folder / "bin" / "python"
    pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "-r", str(HERE / "pk-requirements.txt")], check=True)
    sources = folder / "src"
    subprocess.run(
        [*pip, "download", "--no-deps", "--no-binary", "opentiva", "-d", str(sources), OPENTIVA], check=True
    )
    with tarfile.open(next(sources.glob("opentiva-*.tar.gz"))) as archive:
        archive.extractall(sources, filter="data")
    unpacked = next(p for p in sources.glob("opentiva-*") if p.is_dir())
    subprocess.run(
        [str(folder / "bin" / "cythonize"), "-q", "-3", "opentiva/pkpd.pyx"], cwd=unpacked, check=True
    )
    subprocess.run([*pip, "install", "--no-build-isolation", "--no-deps", str(unpacked)], check=True)
    return python


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    print(build(Path(sys.argv[1])))
