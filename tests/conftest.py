"""What every kind of test shares."""

from __future__ import annotations

from hypothesis import settings

# A machine that does other work is no reason to fail: no example has a deadline. What failed is printed to be run again.
settings.register_profile("tenuto", deadline=None, print_blob=True)
settings.load_profile("tenuto")
