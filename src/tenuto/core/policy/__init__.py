"""The clinic's limits as signed, versioned data. The code holds no clinical threshold of its own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from tenuto.core.data.digest import content_digest
from tenuto.core.gate import Finding, Level
from tenuto.core.sources import Basis, Sourced, Tag, basis_from
from tenuto.core.units import Quantity

__all__ = [
    "WEEKDAYS",
    "Limit",
    "Policy",
    "PolicyError",
    "Signature",
    "default_policy",
    "demo_policy",
    "load_policy",
]

Q = TypeVar("Q", bound=Quantity)
DIRECTOR = "medical_director"


class PolicyError(ValueError):
    """A policy that can't be used; the message names the entry and the fix."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One clinic limit: an exact value with its unit and what it rests on."""

    key: str
    title: str
    value: Decimal
    unit: str
    basis: Basis


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

    def quantity(self, key: str, kind: type[Q]) -> Sourced[Q]:
        """The limit as a typed quantity; PolicyError when its unit is another one."""
        limit = self.limit(key)
        if limit.unit != kind.symbol:
            raise PolicyError(f"Policy {self.id}: '{key}' is in '{limit.unit}', {kind.symbol} is needed.")
        return Sourced(kind(limit.value), limit.basis)

    def findings(self) -> tuple[Finding, ...]:
        """REVIEW while the policy is not signed: nothing can PASS on limits that nobody approved."""
        if self.signed:
            return ()
        message = (
            f"The clinic policy '{self.id}' version {self.version} is not signed by a medical director and a second "
            "person. Every result needs review until it is."
        )
        return (Finding("POLICY-UNSIGNED", Level.REVIEW, message, Basis((Tag.D,), note="Hazard H37")),)


def load_policy(text: str, *, name: str) -> Policy:
    """Read a policy from TOML. `name` is what an error calls it.

    Every limit needs `value`, `unit` and evidence. A signature whose digest is not that of the content means that
    somebody changed a signed policy: refused, never downgraded to unsigned.
    """
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise PolicyError(f"{name} is not a TOML file: {error}.") from error
    try:
        limits = {key: _limit(key, entry) for key, entry in raw["limits"].items()}
        policy = Policy(
            id=str(raw["id"]),
            version=int(raw["version"]),
            title=str(raw.get("title", raw["id"])),
            limits=limits,
            holidays=tuple(_date(day) for day in raw.get("holidays", ())),
            clinic_days=tuple(_weekday(day) for day in raw.get("clinic_days", ("mon", "wed", "fri"))),
            sha256=content_digest(raw),
            signatures=tuple(_signature(entry) for entry in raw.get("signatures", ())),
            demonstration=bool(raw.get("demonstration", False)),
        )
    except KeyError as error:
        raise PolicyError(f"{name} has no {error}. A policy needs id, version and [limits].") from error
    except (TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise PolicyError(f"{name}: {error}") from error
    for signature in policy.signatures:
        if signature.sha256 != policy.sha256:
            raise PolicyError(
                f"{name} was changed after {signature.by} signed it: the signature is for {signature.sha256[:12]}, "
                f"the content is {policy.sha256[:12]}. Restore the signed version or have it signed again."
            )
    return policy


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _weekday(name: str) -> int:
    try:
        return WEEKDAYS.index(name[:3].lower())
    except ValueError:
        raise PolicyError(f"'{name}' is not a day of the week. Use {', '.join(WEEKDAYS)}.") from None


def weekdays(names: Sequence[str]) -> tuple[int, ...]:
    """Days of the week by name, as numbers from Monday = 0, sorted, each once."""
    return tuple(sorted({_weekday(name.strip()) for name in names}))


def _date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _limit(key: str, entry: Mapping[str, Any]) -> Limit:
    value = Decimal(str(entry["value"]))
    if not value.is_finite() or value < 0:
        raise PolicyError(f"[limits.{key}] value '{entry['value']}' must be a number that is not negative.")
    return Limit(
        key,
        entry.get("title", key.replace("_", " ")),
        value,
        str(entry["unit"]),
        basis_from(entry, where=f"[limits.{key}]"),
    )


def _signature(entry: Mapping[str, Any]) -> Signature:
    at = entry["at"] if isinstance(entry["at"], datetime) else datetime.fromisoformat(str(entry["at"]))
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    by = str(entry["by"]).strip()
    if not by:
        raise PolicyError("A signature has no name in 'by'.")
    return Signature(by, str(entry["role"]), at, str(entry["sha256"]))


@cache
def default_policy() -> Policy:
    """The limits that ship: design defaults and published values, visibly unsigned."""
    return load_policy(Path(__file__).with_name("default.toml").read_text("utf-8"), name="the default policy")


@cache
def demo_policy() -> Policy:
    """The same limits signed by two people who do not exist, for the synthetic demonstration only."""
    return load_policy(
        Path(__file__).with_name("demo.toml").read_text("utf-8"), name="the demonstration policy"
    )
