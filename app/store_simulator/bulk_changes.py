"""Bulk mutations: one mutation, carried out once for each line of variables that was uploaded."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.store_simulator.context import RequestContext
from app.store_simulator.exports import BulkLine


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkChange:
    text: str
    lines: Sequence[bytes]

    def results(self, context: RequestContext) -> Iterator[BulkLine]:
        """What came of each line, refusals and errors included, in the order of the lines."""
        for number, line in enumerate(self.lines):
            try:
                variables = json.loads(line)
            except ValueError:
                body = {"errors": [{"message": "The line is no JSON."}]}
            else:
                body = context.carried_out(self.text, variables)
            yield BulkLine(text=json.dumps({**body, "__lineNumber": number}).encode(), is_root=True)
