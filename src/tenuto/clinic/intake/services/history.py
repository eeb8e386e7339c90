"""Saving a step of the history. Two people may edit it at once: nobody overwrites what they have not seen."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from django.db import IntegrityError, transaction

from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.intake.entries import standing
from tenuto.clinic.intake.gather import Gathered, gather, without_saves
from tenuto.clinic.intake.models import StepSave
from tenuto.clinic.intake.models.facts import Origin
from tenuto.clinic.intake.services.to_dos import end_what_was_done
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.recording import keep
from tenuto.clinic.ports.api import TaskRow, end_tasks, open_by_rule, open_tasks_of
from tenuto.core.intake.answers import is_unknown
from tenuto.core.intake.history import TRIALS, Value, answered, closing_row, judgement
from tenuto.core.intake.required import RequiredFact
from tenuto.core.intake.steps import HistoryStep, step
from tenuto.core.intake.tasks import for_answer, opens
from tenuto.core.literature.tasks import EndsBy, task_kind

__all__ = [
    "Conflict",
    "EntryRefused",
    "MayNotTakeBack",
    "NotTheirJudgement",
    "SaveResult",
    "judges_of",
    "save_step",
]

TRIES = 5


@dataclass(frozen=True, slots=True)
class Conflict:
    """An entry that two people changed: what I wrote, and what stands there since somebody else wrote it."""

    entry: str
    mine: Value
    theirs: Value
    version: int
    by: str
    at: datetime


class EntryRefused(ValueError):
    """An entry that is not kept, with the sentence that says why. Nothing was saved."""

    entry: str


class NotTheirJudgement(EntryRefused):
    """A clinical judgement was recorded by somebody whose it is not. Nothing was saved."""

    def __init__(self, entry: str, judged: RequiredFact) -> None:
        self.entry = entry
        what = "Whether a trial was adequate" if judged.id == TRIALS else judged.title
        super().__init__(
            f"{what} is a clinical judgement: {judges_of(judged)} records it. Leave it not recorded; the rest is kept without it."
        )


def judges_of(judged: RequiredFact) -> str:
    """'a nurse, a prescriber or a medical director': whose judgement a fact is."""
    named = [f"a {Role(role).label.lower()}" for role in judged.judged_by]
    return " or ".join(filter(None, (", ".join(named[:-1]), named[-1])))


class MayNotTakeBack(EntryRefused):
    """A row that keeps treatment away was taken off or reworded without a prescriber's reason. Nothing was saved."""

    def __init__(self, entry: str, row: Value) -> None:
        self.entry = entry
        named = row.get("text", "") if isinstance(row, Mapping) else str(row)
        super().__init__(
            f"“{named[:80]}” speaks against treatment. It stays as it is until a prescriber or a medical director takes it "
            "back with a reason; add what you found as a row of its own."
        )


@dataclass(frozen=True, slots=True)
class SaveResult:
    """What a save did. Entries in conflict were left as they stand; the others are saved."""

    version: int
    saved: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    tasks: tuple[TaskRow, ...] = field(default=())


def save_step(
    *,
    patient: Patient,
    step_id: str,
    entries: Mapping[str, Value],
    seen: Mapping[str, int],
    again: Collection[str] = (),
    together: Mapping[str, str] = MappingProxyType({}),
    reasons: Mapping[str, str] = MappingProxyType({}),
    by: Staff,
    at: datetime,
) -> SaveResult:
    """Keep the entries that I changed, and those of `again`, which I asked once more and found unchanged: their answer
    gets today's date. The rest is left alone.

    `seen` tells for each entry the version of the step in which I saw it last changed, 0 for an entry that was empty.
    What still stands as I saw it is not my change. What somebody else changed to something else since then is a
    conflict and is not saved. `together` are the answers to what was asked as one group and has nothing of it: they
    are a save of their own, which says so. `reasons` are a prescriber's, by entry, why what closed there before no longer
    counts; without one it stands beside what is recorded now, and a row that closes can't be changed: MayNotTakeBack.
    """
    check_role(by, "intake.record")
    asked = step(step_id)
    reasons = {key: " ".join(reason.split()) for key, reason in reasons.items() if reason.strip()}
    if reasons:
        check_role(by, "intake.decide")
    for question in asked.questions:
        if together.get(question.fact.id, question.together) != question.together:
            raise ValueError(
                f"{question.fact.title} is not recorded as “{together[question.fact.id]}” in a group."
            )
    for _ in range(TRIES):
        try:
            with transaction.atomic():
                alone = _save(patient, asked, entries, seen, frozenset(again), Origin.FORM, by, at, reasons)
                if not together:
                    return alone
                group = _save(patient, asked, together, seen, frozenset(), Origin.TOGETHER, by, at, {})
                return SaveResult(
                    group.version,
                    alone.saved + group.saved,
                    alone.conflicts + group.conflicts,
                    alone.tasks + group.tasks,
                )
        except IntegrityError:
            # Somebody saved in this very moment; look again at what they wrote.
            continue
    raise RuntimeError(f"The step {step_id} could not be saved: others saved it {TRIES} times meanwhile.")


def _save(
    patient: Patient,
    asked: HistoryStep,
    entries: Mapping[str, Value],
    seen: Mapping[str, int],
    again: frozenset[str],
    origin: Origin,
    by: Staff,
    at: datetime,
    reasons: Mapping[str, str],
) -> SaveResult:
    # An answer that is not known takes nothing back.
    reasons = {
        key: reason for key, reason in reasons.items() if key not in entries or _takes_back(key, entries)
    }
    again |= reasons.keys() & {key for key, value in entries.items() if isinstance(value, str)}
    rows = gather([patient.pk]).get(patient.pk, Gathered())
    saves = sorted((s for s in rows.saves if s.step == asked.id), key=lambda s: s.version)
    version = saves[-1].version if saves else 0
    told = standing(asked, without_saves(patient, rows))
    now = {**told, **_values(saves)}
    base = {key: _seen(saves, seen.get(key, 0), told).get(key) for key in entries}
    mine = {k: value for k, value in entries.items() if k in again or not _same(value, base.get(k))}
    wanted = {k: value for k, value in mine.items() if not _same(value, now.get(k)) or (k in again and value)}
    clashing = [k for k in wanted if not _same(base.get(k), now.get(k)) and not _same(wanted[k], now.get(k))]
    conflicts = tuple(_conflict(key, wanted[key], saves) for key in clashing)
    changes = {key: value for key, value in wanted.items() if key not in clashing}
    if not changes:
        return SaveResult(version, (), conflicts)
    for key, value in changes.items():
        judged = judgement(asked, key, now.get(key), value)
        if judged is not None and by.role not in judged.judged_by:
            raise NotTheirJudgement(key, judged)
        if closing_row(asked.rows, now.get(key)) and not _same(value, now.get(key)) and key not in reasons:
            raise MayNotTakeBack(key, now[key])
    back = {key: reasons[key] for key in changes if key in reasons}
    row = StepSave(
        patient=patient,
        step=asked.id,
        version=version + 1,
        changes=_plain(changes),
        origin=origin,
        recorded_as=by.role,
        taken_back=back,
    )
    unchanged = [key for key, value in changes.items() if _same(value, now.get(key))]
    detail = {
        "step": asked.id,
        "version": version + 1,
        "entries": sorted(changes),
        "again": sorted(unchanged),
        "together": sorted(changes) if origin is Origin.TOGETHER else [],
        **({"taken_back": back} if back else {}),
    }
    keep(row, action="saved history", by=by, at=at, detail=detail)
    end_what_was_done(row=row, by=by, at=at)
    tasks = _tasks(row, asked, changes, unchanged, by, at)
    return SaveResult(version + 1, tuple(changes), conflicts, tasks)


def _takes_back(key: str, entries: Mapping[str, Value]) -> bool:
    value = entries[key]
    return not isinstance(value, str) or not is_unknown(value)


def _seen(saves: list[StepSave], version: int, told: Mapping[str, Value]) -> Mapping[str, Value]:
    """What stood in the entries when the step was at `version`."""
    return {**told, **_values([save for save in saves if save.version <= version])}


def _values(saves: list[StepSave]) -> dict[str, Value]:
    state: dict[str, Value] = {}
    for save in saves:
        state.update(save.changes)
    return state


def _same(one: Value, other: Value) -> bool:
    """Nothing and an empty text are the same; a row is the same when all its words are."""
    return _words(one) == _words(other)


def _words(value: Value) -> Mapping[str, str] | str:
    if isinstance(value, Mapping):
        return {key: text for key, text in value.items() if text}
    return value or ""


def _plain(changes: Mapping[str, Value]) -> dict[str, Value]:
    return {key: dict(value) if isinstance(value, Mapping) else value for key, value in changes.items()}


def _conflict(key: str, mine: Value, saves: list[StepSave]) -> Conflict:
    last = next(save for save in reversed(saves) if key in save.changes)
    return Conflict(key, mine, last.changes[key], last.version, last.recorded_by_name, last.recorded_at)


def _tasks(
    row: StepSave,
    asked: HistoryStep,
    changes: Mapping[str, Value],
    unchanged: Collection[str],
    by: Staff,
    at: datetime,
) -> tuple[TaskRow, ...]:
    """Every positive answer opens its task at once (hazard H18); what is answered otherwise now ends the one it opened. One that was only asked
    again waits in the task that it has, and has a new one when that was closed."""
    patient = row.patient
    answers = [
        answered(q, value.strip())
        for q in asked.questions
        if isinstance(value := changes.get(q.fact.id), str) and value.strip()
    ]
    end_tasks(
        patient=patient,
        ends_by=EndsBy.ANSWER,
        subject=row,
        only=lambda task: any(
            task.target == answer.fact and not opens(task_kind(task.kind), answer) for answer in answers
        ),
        by=by,
        at=at,
    )
    open_kinds = {task.kind for task in open_tasks_of(patient)} if unchanged else set()
    return tuple(
        open_by_rule(rule, patient=patient, by=by, at=at)
        for answer in answers
        for rule in for_answer(answer)
        if answer.fact not in unchanged or rule.id not in open_kinds
    )
