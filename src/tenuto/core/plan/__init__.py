"""Plan: protocol, dose, dilution, pump rate, series and first maintenance rule for one person."""
