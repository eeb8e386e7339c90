"""Code systems by the addresses and OIDs under which senders name them."""

from __future__ import annotations

__all__ = ["UCUM", "short_name"]

UCUM = "ucum"

_HL7 = "urn:oid:2.16.840.1.113883"
_NAMES = {
    "http://hl7.org/fhir/sid/icd-10-cm": "icd10cm",
    f"{_HL7}.6.90": "icd10cm",
    "http://hl7.org/fhir/sid/icd-10": "icd10",
    f"{_HL7}.6.3": "icd10",
    "http://hl7.org/fhir/sid/icd-10-gm": "icd10",
    "http://fhir.de/codesystem/bfarm/icd-10-gm": "icd10",
    "http://fhir.de/codesystem/dimdi/icd-10-gm": "icd10",
    "http://hl7.org/fhir/sid/icd-10-am": "icd10",
    "http://hl7.org/fhir/sid/icd-10-ca": "icd10",
    "http://hl7.org/fhir/sid/icd-10-nl": "icd10",
    "http://hl7.org/fhir/sid/icd-9-cm": "icd9cm",
    "http://hl7.org/fhir/sid/icd-11": "icd11",
    "http://id.who.int/icd/release/11/mms": "icd11",
    "http://hl7.org/fhir/sid/icpc-2": "icpc2",
    f"{_HL7}.6.103": "icd9cm",
    "http://snomed.info/sct": "snomed",
    f"{_HL7}.6.96": "snomed",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "rxnorm",
    f"{_HL7}.6.88": "rxnorm",
    "http://loinc.org": "loinc",
    f"{_HL7}.6.1": "loinc",
    "http://hl7.org/fhir/sid/ndc": "ndc",
    f"{_HL7}.6.69": "ndc",
    "http://fdasis.nlm.nih.gov": "unii",
    f"{_HL7}.4.9": "unii",
    "http://www.whocc.no/atc": "atc",
    f"{_HL7}.6.73": "atc",
    "http://unitsofmeasure.org": UCUM,
    f"{_HL7}.6.8": UCUM,
}


def short_name(system: str) -> str:
    """The short name of a code system, or the address itself when it is not one that we read."""
    plain = system.strip().rstrip("/")
    key = plain.lower().replace("https://", "http://", 1)
    if key.startswith("http://snomed.info/sct/"):  # an edition, such as the US one
        return "snomed"
    if key.startswith("2.16.840.1.113883."):  # an OID without its urn prefix
        key = f"urn:oid:{key}"
    return _NAMES.get(key, plain)
