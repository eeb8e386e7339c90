"""The pages of scales: for staff below a patient, for patients by link."""
