"""The clinic's limits as signed, versioned data. The code holds no clinical threshold of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from tenuto.core.data import DataError, Table, data_file, not_among, read_toml
from tenuto.core.data.digest import content_digest
from tenuto.core.gate import Finding, Level
from tenuto.core.policy.bounds import bound_of
from tenuto.core.sources import Basis, Sourced, Tag, basis_of
from tenuto.core.units import Quantity, plain

__all__ = [
    "WEEKDAYS",
    "Limit",
    "Policy",
    "PolicyError",
    "Signature",
    "default_policy",
    "demo_policy",
    "load_policy",
    "unstated_text",
]

Q = TypeVar("Q", bound=Quantity)
DIRECTOR = "medical_director"
NAMED_UNSTATED = 3
NOT_SIGNED = "Ships with the program; not in the signed policy of the clinic"


class PolicyError(DataError):
    """A policy that can't be used; the message names the entry and the fix."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One clinic limit: an exact value with its unit, or one of some words, and what it rests on."""

    key: str
    title: str
    value: Decimal
    """0 where the limit is a word."""
    unit: str
    basis: Basis
    word: str = ""
    """What was chosen, such as `keep_gain`; empty where the limit is a number."""
    among: tuple[str, ...] = ()
    """The words that a clinic may choose from, in the limits that ship."""

    @property
    def amount(self) -> str:
        """Value and unit, such as `0.5 mg/kg`; or the word, such as `keep gain`."""
        return self.word.replace("_", " ") or f"{plain(self.value)} {self.unit}".strip()


@dataclass(frozen=True, slots=True)
class Signature:
    """Who approved exactly this content. `sha256` is the digest of the content without its signatures."""

    by: str
    role: str
    at: datetime
    sha256: str


@dataclass(frozen=True, slots=True)
class Policy:
    """A clinic's limits, version and signatures. Build with `load_policy`."""

    id: str
    version: int
    title: str
    limits: Mapping[str, Limit]
    holidays: tuple[date, ...]
    clinic_days: tuple[int, ...]
    sha256: str
    signatures: tuple[Signature, ...]
    demonstration: bool = False
    unstated: tuple[str, ...] = ()
    """Limits that the content does not state, and that were put in from those that ship (`with_shipped`)."""

    def __hash__(self) -> int:
        return hash((self.id, self.version, self.sha256, self.signatures))

    @property
    def signed(self) -> bool:
        """True with two signatures of this content by different people, one of them the medical director."""
        return len({s.by for s in self.signatures}) >= 2 and any(s.role == DIRECTOR for s in self.signatures)

    def limit(self, key: str) -> Limit:
        """The limit named `key`; PolicyError when the policy has none."""
        try:
            return self.limits[key]
        except KeyError:
            raise PolicyError(
                f"Policy {self.id} has no limit '{key}'. Add [limits.{key}] with a value, unit and source."
            ) from None

    def number(self, key: str) -> Decimal:
        """The value of a limit as a pure number; its unit is part of the key's name."""
        return self.limit(key).value

    def whole(self, key: str) -> int:
        """The value of a limit that counts things: days, infusions, years."""
        value = self.limit(key).value
        if value != int(value):
            raise PolicyError(f"Policy {self.id}: '{key}' counts whole things, got {value}.")
        return int(value)

    def word(self, key: str) -> str:
        """The word that was chosen for a limit; PolicyError when the limit is a number."""
        word = self.limit(key).word
        if not word:
            raise PolicyError(f"Policy {self.id}: '{key}' is a choice among words, got a number.")
        return word

    def quantity(self, key: str, kind: type[Q]) -> Sourced[Q]:
        """The limit as a typed quantity; PolicyError when its unit is another one."""
        limit = self.limit(key)
        if limit.unit != kind.symbol:
            raise PolicyError(f"Policy {self.id}: '{key}' is in '{limit.unit}', {kind.symbol} is needed.")
        return Sourced(kind(limit.value), limit.basis)

    def findings(self) -> tuple[Finding, ...]:
        """REVIEW while the policy is not signed: nothing can PASS on limits that nobody approved."""
        if self.signed:
            return (self._unstated_finding(),) if self.unstated else ()
        message = (
            f"The clinic policy '{self.id}' version {self.version} is not signed by a medical director and a second "
            "person. Every result needs review until it is."
        )
        return (Finding("POLICY-UNSIGNED", Level.REVIEW, message, Basis((Tag.D,), note="Hazard H37")),)

    def with_shipped(self, shipped: Policy) -> Policy:
        """The policy, with the limits of `shipped` that it does not state.

        A program that has grown asks for limits that a policy signed before it did not know. The day goes on under the
        shipped ones, each of which says wherever it is shown that nobody signed it, and nothing can PASS until somebody has.
        """
        lacking = [limit for key, limit in shipped.limits.items() if key not in self.limits]
        if not lacking:
            return self
        limits = {**self.limits, **{limit.key: _named_unsigned(limit) for limit in lacking}}
        return replace(self, limits=limits, unstated=tuple(limit.key for limit in lacking))

    def _unstated_finding(self) -> Finding:
        titles = [self.limits[key].title for key in self.unstated[:NAMED_UNSTATED]]
        rest = len(self.unstated) - len(titles)
        more = f" and {rest} more" if rest else ""
        message = (
            f"The clinic policy '{self.id}' version {self.version} was signed before this program asked for "
            f"{', '.join(titles)}{more}. The limits that ship are used for them, which nobody here has signed. Every result "
            "needs review until a version that states them is in effect."
        )
        return Finding("POLICY-UNSTATED", Level.REVIEW, message, Basis((Tag.D,), note="Hazard H37"))


def load_policy(text: str, *, name: str) -> Policy:
    """Read a policy from TOML. `name` is what an error calls it.

    Every limit needs `value`, `unit` and evidence, and is one of those that ship: an unknown one would limit nothing. A
    signature whose digest is not that of the content means that somebody changed a signed policy: refused, never
    downgraded to unsigned.
    """
    try:
        return read_toml(text, _clinic_policy, name=name)
    except PolicyError:
        raise
    except DataError as error:
        raise PolicyError(str(error)) from error


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _clinic_policy(file: Table) -> Policy:
    known, limits = default_policy().limits, file.table("limits")
    unknown = [name for name in limits.names() if name not in known]
    if unknown:
        raise PolicyError(f"{limits.where}: {not_among(unknown[0], known)}")
    policy = _policy(file)
    for key, limit in policy.limits.items():
        _check_within_bounds(limit, known[key], where=file.where)
    return policy


def _check_within_bounds(limit: Limit, shipped: Limit, *, where: str) -> None:
    """Refuse another unit, a word that is none of those to choose from, and what no clinic may sign."""
    if limit.word not in (shipped.among or ("",)):
        wanted = (
            f"Give 'word', one of {', '.join(shipped.among)}" if shipped.among else "Give a number as 'value'"
        )
        raise PolicyError(f"{where}: [limits.{limit.key}] is '{limit.amount[:40]}'. {wanted}.")
    if limit.unit != shipped.unit:
        raise PolicyError(f"{where}: [limits.{limit.key}] is in '{limit.unit}'; give it in '{shipped.unit}'.")
    refusal = bound_of(limit.key, shipped.value).refusal(limit.value)
    if refusal:
        raise PolicyError(f"{where}: '{limit.key}' {refusal}. Correct the value.")


def _policy(file: Table) -> Policy:
    policy = Policy(
        id=file.text("id"),
        version=file.whole("version"),
        title=file.text("title", file.text("id")),
        limits={key: _limit(key, entry) for key, entry in file.table("limits").named().items()},
        holidays=file.days("holidays"),
        clinic_days=tuple(_weekday(day) for day in file.words("clinic_days", ("mon", "wed", "fri"))),
        sha256=content_digest(file.raw),
        signatures=tuple(_signature(entry) for entry in file.tables("signatures")),
        demonstration=file.flag("demonstration"),
    )
    for signature in policy.signatures:
        if signature.sha256 != policy.sha256:
            raise PolicyError(
                f"{file.where} was changed after {signature.by} signed it: the signature is for "
                f"{signature.sha256[:12]}, the content is {policy.sha256[:12]}. Restore the signed version or have it "
                "signed again."
            )
    return policy


def _named_unsigned(limit: Limit) -> Limit:
    note = f"{NOT_SIGNED}. {limit.basis.note}".rstrip(" .")
    return replace(limit, basis=replace(limit.basis, note=note))


def unstated_text(policy: Policy) -> str:
    """The entries, as TOML, of the limits that ship and that the policy does not state: to be decided on and added."""
    shipped = Path(__file__).with_name("default.toml").read_text("utf-8")
    entries = (f"[limits.{entry.strip()}\n" for entry in shipped.split("\n[limits.")[1:])
    wanted = tuple(f"[limits.{key}]" for key in policy.unstated)
    return "\n".join(entry for entry in entries if entry.startswith(wanted)) if wanted else ""


def _weekday(name: str) -> int:
    try:
        return WEEKDAYS.index(name[:3].lower())
    except ValueError:
        raise PolicyError(f"'{name}' is not a day of the week. Use {', '.join(WEEKDAYS)}.") from None


def weekdays(names: Sequence[str]) -> tuple[int, ...]:
    """Days of the week by name, as numbers from Monday = 0, sorted, each once."""
    return tuple(sorted({_weekday(name.strip()) for name in names}))


def _limit(key: str, entry: Table) -> Limit:
    if entry.has("word") or entry.has("among"):
        word, among = entry.text("word"), entry.words("among", ())
        return Limit(key, entry.text("title", key), Decimal(0), "", basis_of(entry), word, among)
    value = entry.exact("value")
    if value < 0:
        raise DataError(f"{entry.where}: 'value' is {value}. Give a number that is not negative.")
    return Limit(key, entry.text("title", key.replace("_", " ")), value, entry.text("unit"), basis_of(entry))


def _signature(entry: Table) -> Signature:
    return Signature(entry.text("by").strip(), entry.text("role"), entry.moment("at"), entry.text("sha256"))


@data_file(Path(__file__).with_name("default.toml"))
def default_policy(file: Table) -> Policy:
    """The limits that ship: design defaults and published values, visibly unsigned."""
    return _policy(file)


@data_file(Path(__file__).with_name("demo.toml"))
def demo_policy(file: Table) -> Policy:
    """The same limits signed by two people who do not exist, for the synthetic demonstration only."""
    return _clinic_policy(file)
