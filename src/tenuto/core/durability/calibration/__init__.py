"""Fits the population to the calibration table and scores it on studies it has not seen."""
