"""A recovery in which nothing is missing, and what a row of the spec table changes in it."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

from tenuto.core.infusion.entries import (
    AdverseEventCharted,
    BolusGiven,
    DistressCharted,
    EmergencyDeclared,
    EscortSeen,
    InstructionsTaughtBack,
    LineFlushed,
    PrescriberSaw,
    PumpStopped,
    RecoveryAnswered,
    RecoveryScored,
    ReminderAnswered,
    StopCause,
    VitalsTaken,
)
from tenuto.core.infusion.prescribed import PressureBaseline
from tenuto.core.infusion.recovery import Before, Rescreen, recovery
from tenuto.core.infusion.recovery_data import recovery_data
from tenuto.core.infusion.replay import replay
from tenuto.core.scales.suicide_triage import RiskLevel
from tenuto.core.units import Mg, Ml
from tests.core.infusion.sessions import BASELINE, CALM, ORDER, POLICY, after, entry, started

END = 40
NOW = 125
WHOLE = (2, 2, 2, 2, 2)


def points(total: int) -> tuple[int, ...]:
    """Points of five items with this sum and no item of 0."""
    return (2,) * (total - 5) + (1,) * (10 - total)


@dataclasses.dataclass
class Patient:
    """Everything that is charted, by what it is; a row of the table takes out or changes a part. Minutes are after the end."""

    parts: dict = dataclasses.field(default_factory=dict)
    before: Before = dataclasses.field(default_factory=lambda: Before(BASELINE, 98))
    screens: tuple = ()
    stay: timedelta | None = None
    closes_at: float | None = None

    def at(self, key, minutes, what):
        self.parts[key] = entry(END + minutes, what, key=key)
        return self

    def without(self, *keys):
        for key in keys:
            del self.parts[key]
        return self

    def screened(self, *levels):
        self.screens = tuple(Rescreen(level, after(END + 100 + n)) for n, level in enumerate(levels))
        return self

    def account(self, minutes=NOW):
        return replay(
            self.parts.values(), ORDER, policy=POLICY, now=after(END + minutes), baseline=self.before.pressure
        )

    def judged(self, minutes=NOW):
        closes = None if self.closes_at is None else after(END + self.closes_at)
        return recovery(
            self.account(minutes), before=self.before, rescreens=self.screens, policy=POLICY,
            stay=self.stay, closes_at=closes,
        )  # fmt: skip

    def open(self, minutes=NOW):
        return [each.id for each in self.judged(minutes).open]


def fit() -> Patient:
    """The patient of every table."""
    data, patient = recovery_data(), Patient()
    patient.parts["start"] = started()
    patient.at("stop", 0, PumpStopped(StopCause.COMPLETED)).at("vitals", 118, CALM)
    patient.at("felt", 118, DistressCharted(1, 0))
    for family in ("aldrete", "padss"):
        variant = data.offered(family).id
        for number, minutes in enumerate((95, 118)):
            patient.at(f"{family}-{number}", minutes, RecoveryScored(variant, WHOLE))
    for row in data.rows.values():
        patient.at(row.id, 118, RecoveryAnswered(row.id, row.choices[0].id))
    patient.at("escort", 118, EscortSeen("Ana Silva", "555-0100"))
    patient.at("taught", 118, InstructionsTaughtBack(tuple(data.teach), escort=True))
    return patient.screened(RiskLevel.NONE)


def said(row, choice):
    return lambda patient: patient.at(row, 118, RecoveryAnswered(row, choice))


def vitals(minutes=118, **values):
    return lambda patient: patient.at("vitals", minutes, dataclasses.replace(CALM, **values))


def event(kind, grade, *, answered=False, seen=False):
    """An event before the end, with what was done about every reminder of it."""

    def change(patient):
        patient.at("event", -5, AdverseEventCharted(kind, grade))
        if answered:
            for number, each in enumerate(patient.account().open_reminders):
                patient.at(f"answer-{number}", -2, ReminderAnswered(each.key, "Looked at", "Well"))
        if seen:
            patient.at("seen", 20, PrescriberSaw("No injury."))
        return patient

    return change


def asked_before(patient):
    """The start is charted a minute after the question."""
    return patient.at("own", -END, DistressCharted(1, 1)).at("felt", 118, DistressCharted(1, 1))


def _set(**values):
    def change(patient):
        for name, value in values.items():
            setattr(patient, name, value)
        return patient

    return change


ALL = tuple(recovery_data().teach)
CHANGES = {
    "nothing": lambda patient: patient,
    "end of the infusion 6 min later": lambda p: p.at("stop", 6, PumpStopped(StopCause.COMPLETED)),
    "a flush 6 min after the end": lambda p: p.at("flush", 6, LineFlushed(Ml(20))),
    "a bolus 6 min after the end": lambda p: p.at("bolus", 6, BolusGiven(Mg(5))),
    "not stopped": lambda p: p.without("stop"),
    "protocol asks for 180 min": _set(stay=timedelta(minutes=180)),
    "protocol asks for 60 min": _set(stay=timedelta(minutes=60)),
    "MOAA/S 4": vitals(moaas=4),
    "vital signs 31 min old": vitals(94),
    "vital signs 30 min old": vitals(95),
    "SpO2 94": vitals(spo2_percent=94),
    "SpO2 93": lambda p: answered(vitals(spo2_percent=93)(p)),
    "SpO2 93, as before": lambda p: answered(vitals(spo2_percent=93)(_set(before=Before(BASELINE, 93))(p))),
    "distress 2": lambda p: p.at("felt", 118, DistressCharted(2, 0)),
    "distress 3": lambda p: p.at("felt", 118, DistressCharted(3, 0)),
    "dissociation 1": lambda p: p.at("felt", 118, DistressCharted(1, 1)),
    "dissociation 1, as before": asked_before,
    "not oriented": said("oriented", "no"),
    "gait as before": said("gait", "as_before"),
    "gait worse": said("gait", "worse"),
    "nausea not controlled": said("nausea", "not_controlled"),
    "needs oxygen": said("air", "oxygen"),
    "line in": said("line_out", "in"),
    "no triage after the end": _set(screens=(Rescreen(RiskLevel.NONE, after(END - 1)),)),
    "triage moderate": lambda p: p.screened(RiskLevel.MODERATE),
    "triage high": lambda p: p.screened(RiskLevel.HIGH),
    "triage high, then low": lambda p: p.screened(RiskLevel.HIGH, RiskLevel.LOW),
    "no escort": lambda p: p.without("escort"),
    "escort without a name": lambda p: p.at("escort", 118, EscortSeen(" ", "555-0100")),
    "escort seen 31 min ago": lambda p: p.at("escort", 94, EscortSeen("Ana Silva", "")),
    "no instructions": lambda p: p.without("taught"),
    "a point not said back": lambda p: p.at("taught", 118, InstructionsTaughtBack(ALL[1:], escort=True)),
    "escort has not heard": lambda p: p.at("taught", 118, InstructionsTaughtBack(ALL, escort=False)),
    "a fall": event("fall", 1),
    "a fall, answered": event("fall", 1, answered=True),
    "a fall, answered and seen": event("fall", 1, answered=True, seen=True),
    "nausea, grade 3, answered": event("nausea", 3, answered=True),
    "an emergency": lambda p: p.at("emergency", 20, EmergencyDeclared()),
}


def answered(patient: Patient) -> Patient:
    for number, each in enumerate(patient.account().open_reminders):
        patient.at(f"answer-{number}", 119, ReminderAnswered(each.key, "Looked at", "Well"))
    return patient


def pressed(before: str, after_: str, light_headed: str) -> Patient:
    """A patient with these pressures, whatever reminders they brought answered."""
    patient = fit()
    own = PressureBaseline(*map(int, before.split("/"))) if before else None
    patient.before = Before(own, 98)
    if after_:
        systolic, diastolic = map(int, after_.split("/"))
        vitals(systolic_mmhg=systolic, diastolic_mmhg=diastolic)(patient)
    else:
        patient.at("vitals", 118, VitalsTaken(spo2_percent=98, moaas=5))
    if light_headed:
        said("light_headed", light_headed)(patient)
    else:
        patient.without("light_headed")
    return answered(patient)


def scored(family: str, cell: str) -> Patient:
    """A patient with these scores of one family and no others."""
    patient = fit().without(f"{family}-0", f"{family}-1")
    for part in filter(None, map(str.strip, cell.split(","))):
        what, minutes = part.split("@")
        variant = "aldrete_mmhg" if "mm" in what else recovery_data().offered(family).id
        total = int(what.replace("mm", ""))
        patient.at(part, float(minutes), RecoveryScored(variant, points(total)))
    return patient
