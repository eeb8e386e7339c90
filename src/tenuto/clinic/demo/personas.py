"""The invented patients. Each shows one thing that a clinic meets; every name begins with 'Demo'."""

from __future__ import annotations

from datetime import date
from functools import partial

from tenuto.clinic.demo.records import InventedRecord, icd, rxnorm
from tenuto.core.intake.facts import PatientFacts, Problem, ProblemStatus

__all__ = ["LONG_NAME", "other_patients", "teaching_patients"]

LONG_NAME = "Demo Maximiliana-Theodora van Oudtshoorn-Featherstonehaugh de la Rocha y Echevarría"

RECURRENT = icd("F33.2", "Major depressive disorder, recurrent, severe without psychotic features")
SINGLE = icd("F32.2", "Major depressive disorder, single episode, severe without psychotic features")
BIPOLAR = icd("F31.4", "Bipolar disorder, current episode depressed, severe, without psychotic features")
ANXIETY = icd("F41.1", "Generalized anxiety disorder")
PTSD = icd("F43.12", "Post-traumatic stress disorder, chronic")
OCD = icd("F42.2", "Mixed obsessional thoughts and acts")
CRPS = icd("G90.511", "Complex regional pain syndrome I of right upper limb")
ANEURYSM = Problem("Abdominal aortic aneurysm", (icd("I71.4", "Abdominal aortic aneurysm, without rupture"),))
APNOEA = Problem("Obstructive sleep apnoea", (icd("G47.33", "Obstructive sleep apnea"),))
SERTRALINE = rxnorm("36437", "sertraline")


def teaching_patients(today: date) -> list[PatientFacts]:
    """The patients of the teaching clinic, as of `today`."""
    person = partial(InventedRecord.complete, today)
    alder = person(
        name="Demo Alder", number=1, years=45, sex="male", kg="72.5", cm="178", diagnosis=RECURRENT
    )
    birch = person(name="Demo Birch", number=2, years=34, sex="female", kg="61", cm="166", diagnosis=SINGLE)
    cedar = person(
        name="Demo Cedar", number=3, years=52, sex="male", kg="88.4", cm="181", diagnosis=RECURRENT
    )
    elder = person(name="Demo Elder", number=4, years=63, sex="male", kg="79", cm="174", diagnosis=RECURRENT)
    fir = person(name="Demo Fir", number=5, years=58, sex="male", kg="94", cm="183", diagnosis=SINGLE)
    hawthorn = person(
        name="Demo Hawthorn", number=6, years=39, sex="female", kg="68.2", cm="170", diagnosis=BIPOLAR
    )
    hazel = person(name="Demo Hazel", number=7, years=29, sex="female", kg="57", cm="161", diagnosis=ANXIETY)
    juniper = person(name="Demo Juniper", number=8, years=41, sex="male", kg="83.5", cm="179", diagnosis=PTSD)
    larch = person(name="Demo Larch", number=9, years=47, sex="male", kg="76", cm="176", diagnosis=CRPS)
    linden = person(
        name="Demo Linden", number=10, years=31, sex="female", kg="64.8", cm="168", diagnosis=RECURRENT
    )
    maple = person(name="Demo Maple", number=11, years=55, sex="male", kg="81", cm="177", diagnosis=RECURRENT)
    long = person(name=LONG_NAME, number=12, years=74, sex="female", kg="59.6", cm="159", diagnosis=RECURRENT)
    oak = person(name="Demo Oak", number=13, years=44, sex="male", kg="124.5", cm="180", diagnosis=RECURRENT)
    pine = person(name="Demo Pine", number=14, years=36, sex="male", kg="70", cm="175", diagnosis=OCD)
    rowan = person(name="Demo Rowan", number=15, years=49, sex="male", kg="77.7", cm="172", diagnosis=SINGLE)
    fertile: dict[str, bool | str] = {
        "childbearing.potential": True,
        "pregnancy.test": "negative",
        "contraception": True,
        "lactation": False,
    }

    def can_bear(record: InventedRecord) -> InventedRecord:
        for fact, value in fertile.items():
            record = record.answered(fact, value)
        return record

    with_drug = (SERTRALINE,)
    return [
        record.facts
        for record in (
            alder.taking(codes=with_drug),
            can_bear(birch).taking(codes=with_drug),
            cedar.measured("weight_kg", "88.4", days_ago=9).taking(codes=with_drug),
            elder.also(ANEURYSM).answered("history.aneurysm", True),
            fir.measured("systolic_mmhg", "168")
            .measured("diastolic_mmhg", "104")
            .taking("amlodipine", codes=with_drug),
            can_bear(hawthorn).answered("history.mania", True).taking("lithium carbonate", "quetiapine"),
            can_bear(hazel).unmeasured("weight_kg").taking("escitalopram"),
            juniper.scored("pcl5", 52).answered("suicide.means", True).taking(codes=with_drug),
            larch.scored("peg", 7).taking("gabapentin"),
            can_bear(linden).unanswered("pregnancy.test").taking(codes=with_drug),
            maple.taking("theophylline", "clonazepam", codes=with_drug).allergic("penicillin", "rash"),
            long.allergic("penicillin", "anaphylaxis")
            .allergic("latex", "contact dermatitis")
            .allergic("chlorhexidine", "urticaria")
            .also(APNOEA)
            .answered("history.sleep_apnoea", True)
            .unanswered("asa.class", "airway.exam", "history.glaucoma", "capacity", "goals")
            .taking("mirtazapine", "temazepam"),
            oak.taking(codes=with_drug),
            pine.scored("ybocs", 29).without_consent().taking("fluvoxamine"),
            rowan.answered("suicide.screen", "high").scored("phq9", 24).taking(codes=with_drug),
        )
    ]


def other_patients(today: date) -> list[PatientFacts]:
    """The patients of the other clinic, which nobody at the teaching clinic may see."""
    person = partial(InventedRecord.complete, today)
    willow = person(
        name="Demo Willow", number=51, years=50, sex="male", kg="74", cm="180", diagnosis=RECURRENT
    )
    yew = person(name="Demo Yew", number=52, years=37, sex="male", kg="80.5", cm="182", diagnosis=SINGLE)
    settled = Problem("Seizures", (icd("G40.909", "Epilepsy, unspecified"),), ProblemStatus.RESOLVED)
    return [willow.taking(codes=(SERTRALINE,)).facts, yew.also(settled).facts]
