"""Does the forecast mean what it says? Simulation-based calibration, and comparison with full posterior sampling."""
