"""Check, sign or compare clinic policies: the signed limits that every gate judges by.

`check` exits 0 for a complete policy that is signed, 3 for one that is not, 2 for one that can't be used.
`diff` exits 0 when the two are the same, 1 when they differ. The names default and demo stand for the shipped ones.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tenuto.cli import UserError
from tenuto.cli.files import read_text, write_atomically
from tenuto.core.policy import (
    WEEKDAYS,
    Limit,
    Policy,
    PolicyError,
    default_policy,
    demo_policy,
    load_policy,
)

__all__ = ["add_arguments", "named_policy", "policy_in_use", "run"]

_SHIPPED = {"default": default_policy, "demo": demo_policy}
UNSIGNED, DIFFERENT = 3, 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`tenuto policy check FILE`, `tenuto policy sign FILE --by NAME --role ROLE`, `tenuto policy diff A B`."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="check|sign|diff")
    check = verbs.add_parser("check", help="say whether a policy is complete and by whom it is signed")
    check.add_argument("file", metavar="FILE")
    sign = verbs.add_parser(
        "sign", help="add your signature to a policy file, for exactly its present content"
    )
    sign.add_argument("file", metavar="FILE")
    sign.add_argument("--by", required=True, metavar="NAME", help="who signs")
    sign.add_argument("--role", required=True, metavar="ROLE", help="such as medical_director or pharmacist")
    diff = verbs.add_parser("diff", help="show which limits differ")
    diff.add_argument("a", metavar="A")
    diff.add_argument("b", metavar="B")


def run(args: argparse.Namespace) -> int:
    """Carry out the verb."""
    try:
        if args.verb == "check":
            return _check(named_policy(args.file))
        if args.verb == "sign":
            return _sign(args.file, by=args.by, role=args.role)
        return _diff(named_policy(args.a), named_policy(args.b))
    except PolicyError as error:
        raise UserError(str(error)) from error


def named_policy(name: str) -> Policy:
    """The shipped policy of that name, or the one in the file; PolicyError or UserError when it can't be used."""
    shipped = _SHIPPED.get(name)
    return shipped() if shipped else load_policy(read_text(name), name=name)


def policy_in_use(name: str) -> Policy:
    """The same to judge by: with the shipped limits, named as unsigned, that it was written too early to state."""
    return named_policy(name).with_shipped(default_policy())


def _check(policy: Policy) -> int:
    print(f"{policy.title}: {policy.id}, version {policy.version}, {len(policy.limits)} limits")
    for signature in policy.signatures:
        print(f"signed by {signature.by} ({signature.role}) on {signature.at:%Y-%m-%d}")
    faults = tuple(_faults(policy))
    if faults:
        raise UserError(" ".join(faults))
    for finding in policy.findings():
        print(finding.message)
    return 0 if policy.signed else UNSIGNED


def _faults(policy: Policy) -> Iterator[str]:
    """The limits that the program asks for and would miss."""
    for key in default_policy().limits:
        if key not in policy.limits:
            yield f"[limits.{key}] is missing; add it, or copy it from the default policy."


def _sign(file: str, *, by: str, role: str) -> int:
    by, role = " ".join(by.split()), role.strip()
    if not by or not by.isprintable() or not role.isidentifier():
        raise UserError("Give a name with --by and a role in one word with --role, such as medical_director.")
    if file in _SHIPPED:
        raise UserError(
            f"The {file} policy is shipped and can't be signed. Copy it to a file of your own first."
        )
    text = read_text(file)
    policy = load_policy(text, name=file)
    if any(signature.by == by for signature in policy.signatures):
        raise UserError(
            f"{by} has already signed this content. Ask another person, or nobody: once is enough."
        )
    at = datetime.now(UTC).replace(microsecond=0)
    signed = (
        f"{text.rstrip()}\n\n[[signatures]]\n"
        f"by = {json.dumps(by, ensure_ascii=False)}\n"
        f"role = {json.dumps(role)}\n"
        f"at = {at:%Y-%m-%dT%H:%M:%SZ}\n"
        f'sha256 = "{policy.sha256}"\n'
    )
    now = load_policy(signed, name=file)
    write_atomically(Path(file), signed.encode())
    print(f"{by} ({role}) signed {now.id}, version {now.version}, content {policy.sha256[:12]}.")
    if not now.signed:
        print("It counts as signed with two people's signatures, one of them the medical director's.")
    return 0


def _diff(a: Policy, b: Policy) -> int:
    lines = [*_heads(a, b), *_limits(a, b)]
    print("\n".join(lines) if lines else "The two policies have the same content.")
    return DIFFERENT if lines else 0


def _heads(a: Policy, b: Policy) -> Iterator[str]:
    for name, old, new in (
        ("version", str(a.version), str(b.version)),
        ("clinic days", _days(a), _days(b)),
        ("holidays", ", ".join(map(str, a.holidays)) or "none", ", ".join(map(str, b.holidays)) or "none"),
    ):
        if old != new:
            yield f"{name}: {old} -> {new}"


def _days(policy: Policy) -> str:
    return ",".join(WEEKDAYS[day] for day in policy.clinic_days)


def _limits(a: Policy, b: Policy) -> Iterator[str]:
    for key in sorted(a.limits.keys() | b.limits.keys()):
        old, new = a.limits.get(key), b.limits.get(key)
        if _shown(old) != _shown(new):
            yield f"{key}: {_shown(old)} -> {_shown(new)}"


def _shown(limit: Limit | None) -> str:
    return f"{limit.amount} [{limit.basis.evidence}]" if limit else "none"
