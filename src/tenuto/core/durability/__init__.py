"""How long a response lasts: a population model of benefit that fades, and one patient's forecast from it.

Population: `trial.read_trial` and `simulate.predict` simulate a trial; `calibration` fits the population to published
figures. Patient: `history.read_csv` and `forecast.forecast`. Parts (`parts`), the law of patients (`population`) and
the error of a scale (`error`) can be swapped. Nothing here decides a treatment.
"""
