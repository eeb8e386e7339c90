"""Patient: who it is."""

from __future__ import annotations

from datetime import date

from tenuto.clinic.interop.fhir.elements import Element, Remarks
from tenuto.core.intake.facts import Person
from tenuto.core.intake.identifiers import is_of_the_state

__all__ = ["read"]

_PREFERRED_NAMES = ("official", "usual", "")
_SEXES = ("male", "female", "other")
_NOT_CURRENT = ("old", "entered-in-error")


def read(patient: Element, remarks: Remarks, as_of: date) -> Person:
    """The person; an inactive record and an incomplete birth date are remarked on."""
    if patient.flag("active") is False:
        remarks.add(f"{patient.where} is marked inactive. Check that this is the record in use.")
    born = patient.moment("birthDate", remarks)
    if born and not born.exact:
        remarks.add(
            f"{patient.where}: the birth date '{patient.text('birthDate')}' is not complete; "
            f"the youngest possible age is used. Record the day."
        )
    sex = patient.text("gender").lower()
    return Person(
        name=_name(patient, as_of, remarks),
        identifiers=_identifiers(patient),
        birth_date=born.latest if born else None,
        sex=sex if sex in _SEXES else "",
    )


def is_dead(patient: Element) -> bool:
    """True when the record says that the person has died."""
    return patient.flag("deceasedBoolean") is True or bool(patient.text("deceasedDateTime"))


def _name(patient: Element, as_of: date, remarks: Remarks) -> str:
    names = [
        n for n in patient.all("name") if n.text("use") not in _NOT_CURRENT and _in_use(n, as_of, remarks)
    ]
    ranked = sorted(names, key=lambda n: _rank(n.text("use")))
    return next(filter(None, map(_whole_name, ranked)), "")


def _in_use(part: Element, as_of: date, remarks: Remarks) -> bool:
    """Whether the period of a name or number holds today; without a period it does."""
    period = part.one("period")
    start, end = (period.moment("start", remarks), period.moment("end", remarks)) if period else (None, None)
    return (start is None or start.earliest <= as_of) and (end is None or as_of <= end.latest)


def _rank(use: str) -> int:
    return _PREFERRED_NAMES.index(use) if use in _PREFERRED_NAMES else len(_PREFERRED_NAMES)


def _whole_name(name: Element) -> str:
    parts = [*name.texts("prefix"), *name.texts("given"), name.text("family"), *name.texts("suffix")]
    return " ".join(filter(None, parts)) or name.text("text")


def _identifiers(patient: Element) -> tuple[str, ...]:
    """Numbers in use, each after its kind. One of the state, such as a social security number, stays out."""
    found = []
    for identifier in patient.all("identifier"):
        value = identifier.text("value")
        if not value or identifier.text("use") == "old":
            continue
        kinds, kind = identifier.codings("type") if identifier.has("type") else ((), "")
        codes, system = [c.code for c in kinds if c.code], identifier.text("system")
        if is_of_the_state(codes=codes, system=system, words=" ".join([kind, *(c.display for c in kinds)])):
            continue
        label = next(iter(codes), "") or kind or system
        found.append(f"{label} {value}".strip())
    return tuple(dict.fromkeys(found))
