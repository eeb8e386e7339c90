"""Kinds of command-line values that more than one command reads."""

from __future__ import annotations

import argparse
from collections.abc import Callable

__all__ = ["SEED", "whole"]


def whole(least: int, most: int) -> Callable[[str], int]:
    """The `type=` of an option that is a whole number from `least` to `most`."""

    def read(text: str) -> int:
        if (
            not text.isascii()
            or not text.isdigit()
            or (text[0] == "0" and len(text) > 1)
            or not least <= int(text) <= most
        ):
            raise argparse.ArgumentTypeError(f"'{text[:40]}' is not a whole number from {least} to {most}")
        return int(text)

    return read


SEED = whole(0, 2**63)
"""The seed of a simulation."""
