"""What is known about a patient, kept as a row of dated records."""
