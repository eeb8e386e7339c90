"""Tenuto runs a course of ketamine infusion therapy: intake, plan, booking, infusion, recovery, outcomes, forecast."""

__version__ = "0.1.0"
