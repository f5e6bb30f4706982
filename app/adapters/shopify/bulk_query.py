"""The text of a bulk operation: the exported orders' document with everything that varies written into it.

Bulk operations know no variables. Knows nothing of sending it, or of its result.
"""

import json
import re
from collections.abc import Mapping
from typing import Final

from app.adapters.shopify.document import document_text

FLAGS: Final = ("paymentTerms", "staff", "companies")
_INCLUDED: Final = re.compile(r" @include\(if: \$(\w+)\)")


def export_text(search: str, flags: Mapping[str, bool], *, mark: str) -> str:
    """``search`` in Shopify's syntax; ``mark`` is how the operation is found again, whatever became of the answer."""
    heading, *lines = document_text("bulk/orders_exported").splitlines()
    assert heading.startswith("query "), "the document begins with its operation"
    included = (line for line in lines if all(flags[name] for name in _INCLUDED.findall(line)))
    body = "\n".join(_INCLUDED.sub("", line) for line in included)
    return f"{marking(mark)}\n{{\n{body.replace('$query', json.dumps(search))}"


def marking(mark: str) -> str:
    """The first line of an operation's text, a comment to Shopify."""
    assert mark.isascii(), "a mark is a word"
    return f"# {mark}"
