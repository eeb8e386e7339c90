"""The `tenuto` command. Each subcommand is a module here and is imported only when it is asked for."""

from __future__ import annotations

import argparse
import importlib
import os
import re
import sys
from collections.abc import Sequence
from typing import NamedTuple, NoReturn

from tenuto import __version__

__all__ = ["COMMANDS", "Command", "UserError", "main"]


_BELOW_ZERO = re.compile(r"-[0-9.]")


class UserError(Exception):
    """Something the user can mend. Its text is one sentence that says what and how; the command exits with 2."""


class Command(NamedTuple):
    """A subcommand: the module with `add_arguments(parser)` and `run(args) -> int`, and one line of help."""

    module: str
    summary: str


COMMANDS: dict[str, Command] = {
    "plan": Command("tenuto.cli.plan", "make a treatment plan from one patient's FHIR Bundle"),
    "book": Command("tenuto.cli.book", "place series of visits across chairs, nurses and clinic days"),
    "audit": Command(
        "tenuto.cli.audit", "check the audit chain, or print its newest event to note elsewhere"
    ),
    "policy": Command("tenuto.cli.policy", "check, sign or compare the clinic's policy"),
    "protocol": Command("tenuto.cli.protocol", "enter the digest of new protocol versions"),
    "scale": Command("tenuto.cli.scale", "pin the wording of a new rating scale"),
    "pk": Command("tenuto.cli.pk", "draw or list drug levels predicted by published models"),
    "forecast": Command("tenuto.cli.forecast", "forecast how long one patient's response lasts"),
    "simulate": Command("tenuto.cli.simulate", "predict a trial, or compare a clinic's maintenance policies"),
    "calibrate": Command("tenuto.cli.calibrate", "fit the duration model to published results"),
    "docs": Command(
        "tenuto.cli.docs", "write the generated pages of the manual, or check that they are current"
    ),
    "serve": Command(
        "tenuto.cli.serve", "serve the clinic's pages, with a demonstration when the database is empty"
    ),
    "worker": Command(
        "tenuto.cli.worker", "do the clinic's jobs and send its messages, beside servers of their own"
    ),
    "demo": Command("tenuto.cli.demo", "let time pass in the demonstration"),
    "emergency": Command(
        "tenuto.cli.emergency",
        "show patients' charts on the server when no page can be shown; writes nothing",
    ),
    "staff": Command(
        "tenuto.cli.staff", "open a clinic, confirm a signer, reset a lost second factor; on record"
    ),
    "backup": Command(
        "tenuto.cli.backup",
        "make an encrypted backup while the clinic works, and see that it would come back",
    ),
    "restore": Command("tenuto.cli.restore", "bring a backup back into an empty place; on record"),
    "keys": Command("tenuto.cli.keys", "make a key, or exchange the keys of the server; on record"),
    "manage": Command("tenuto.cli.manage", "run one of Django's own commands"),
}


def _overview() -> str:
    width = max(map(len, COMMANDS))
    rows = "\n".join(f"  {name:<{width}}  {command.summary}" for name, command in COMMANDS.items())
    return f"usage: tenuto COMMAND [options]\n\nCommands:\n{rows}\n\n`tenuto help COMMAND` explains one."


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence instead of a usage dump."""

    def error(self, message: str) -> NoReturn:
        raise UserError(f"{message[:1].upper()}{message[1:]}. See `{self.prog} --help`.")


def printable(text: str) -> str:
    """The text without control characters, so that nothing in a patient's data can steer the terminal."""
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand and return its exit code: 0 done, 2 unusable input, others as the command says."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        code = _dispatch(words)
        sys.stdout.flush()
        return code
    except UserError as error:
        print(f"tenuto: {printable(str(error))}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # The reader, such as `head`, closed early. Keep Python from complaining again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("tenuto: stopped.", file=sys.stderr)
        return 130


def _dispatch(words: list[str]) -> int:
    if words[:1] == ["help"] and len(words) > 1:
        # `tenuto help backup make` is `tenuto backup make --help`.
        words = [*words[1:], "--help"]
    if not words or words[0] in ("-h", "--help", "help"):
        print(_overview())
        return 0
    if words[0] in ("-V", "--version"):
        print(f"tenuto {__version__}")
        return 0
    name = words[0]
    command = COMMANDS.get(name)
    if command is None:
        raise UserError(f"There is no command '{name[:40]}'. Commands: {', '.join(COMMANDS)}.")
    module = importlib.import_module(command.module)
    parser = _Parser(prog=f"tenuto {name}", description=module.__doc__, allow_abbrev=False)
    module.add_arguments(parser)
    result: int = module.run(parser.parse_args(_joined(words[1:])))
    return result


def _joined(words: Sequence[str]) -> list[str]:
    """`--until -4h` as `--until=-4h`: a value below zero is for the command to refuse, and is no option."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1].startswith("--") and "=" not in joined[-1] and _BELOW_ZERO.match(word):
            joined[-1] += f"={word}"
        else:
            joined.append(word)
    return joined
