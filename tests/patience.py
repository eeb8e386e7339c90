"""How long tests wait for another process or thread: no measure of speed, only the end of waiting for one that hangs."""

PATIENCE = 600.0
"""Seconds. A machine may be slow, and busy with other work; what is waited for is an event."""

PROBE = 2.0
"""Seconds of one look whether a server answers yet, inside a loop with `PATIENCE`."""

ACTION_MILLISECONDS = 120_000
"""As long as an action in a browser may take: a page is never wrong for a slow machine."""
