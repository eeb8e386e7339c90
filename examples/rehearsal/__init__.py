"""Rehearsal: the patient tries the chair, the cuff and the mask before the first infusion. An example of a stage."""
