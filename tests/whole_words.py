"""Words that stand in an address: random letters of a token, and a port, now and then spell one by chance."""

import re
from collections.abc import Iterable


def whole_words(text: str, words: Iterable[str]) -> list[str]:
    """Those of `words` found in `text`, whatever their case, with no letter or digit on either side."""
    return [
        word for word in words if re.search(rf"(?<![a-z\d]){re.escape(word)}(?![a-z\d])", text, re.IGNORECASE)
    ]
