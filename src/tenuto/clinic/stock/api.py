"""The door of the drug ledger."""

from tenuto.clinic.stock.services import (
    StockRefused,
    close_day,
    is_written_still,
    ledger_of,
    tell_given,
    witness,
    write_stock,
)

__all__ = [
    "StockRefused",
    "close_day",
    "is_written_still",
    "ledger_of",
    "tell_given",
    "witness",
    "write_stock",
]
