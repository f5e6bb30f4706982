"""What customers and items are searched by: the words of their columns, in SQL for indexes and searches alike. The
functions ``customers_with_words`` and ``items_with_words`` of the database say the same.

A word is what stands between blanks and punctuation, and is found by its beginning. PostgreSQL's own text search does
that with an index; finding any part of a word would need an extension that the embedded server has not.
"""

import string
from functools import reduce
from typing import Final

_JOINING: Final = "-_./@:+&;<>~?=%#"
"""Punctuation that the parser of PostgreSQL would take into a word, an address or a sign; at the rest it divides."""


def _words(*columns: str) -> str:
    # In the parentheses that the server shows it with, by which a drift of the index is found.
    texts = [f"COALESCE({column}, '')" for column in columns]
    text = reduce(lambda before, following: f"(({before} || ' ') || {following})", texts)
    return f"to_tsvector('simple', translate({text[1:-1]}, '{_JOINING}', repeat(' ', {len(_JOINING)})))"


CUSTOMER_WORDS: Final = _words("no", "name", "name2", "contact_name", "email", "postal_code", "city")
"""The words of a row of ``customers``."""
ITEM_WORDS: Final = f"({_words('no', 'description', 'sku')} || array_to_tsvector(array_remove(barcodes, '')))"
"""The words of a row of ``items``, and its barcodes, each as a whole."""


def beginnings(search: str) -> str:
    """What ``to_tsquery('simple', …)`` takes for rows with a word beginning with each of these; '' finds none."""
    words = "".join(" " if character in string.punctuation else character for character in search).split()
    return " & ".join(f"'{word}':*" for word in words)
