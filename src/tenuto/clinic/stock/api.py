"""The door of the drug ledger."""

from tenuto.clinic.stock.reading import ledger_of, session_balance, vial_balance
from tenuto.clinic.stock.services import (
    StockRefused,
    close_day,
    is_written_still,
    tell_given,
    witness,
    write_stock,
)

__all__ = [
    "StockRefused",
    "close_day",
    "is_written_still",
    "ledger_of",
    "session_balance",
    "tell_given",
    "vial_balance",
    "witness",
    "write_stock",
]
