"""A first integration with the generated Python client: who am I, master data, collect, acknowledge, follow.

Run by the interpreter that has what the client needs; speaks to the address, key and shop that it is given. Prints the
numbers of the documents that it acknowledged.
"""

import sys

from orderbridge_client import AuthenticatedClient
from orderbridge_client.api.customers import get_customer, put_customer
from orderbridge_client.api.events import list_events
from orderbridge_client.api.me import get_me
from orderbridge_client.api.sales_documents import acknowledge_sales_document, list_sales_documents
from orderbridge_client.models import (
    Acknowledgement,
    CustomerGiven,
    CustomerShown,
    DocumentState,
    EventPage,
    Me,
    ProblemDetails,
    SalesDocument,
    SalesDocumentList,
)

url, key, shop = sys.argv[1:]
client = AuthenticatedClient(base_url=url, token=key)

me = get_me.sync(client=client)
assert isinstance(me, Me), me

sent = put_customer.sync(no="CLIENT 1/a#%", client=client, body=CustomerGiven(name="Ada", email="ada@example.com"))
assert isinstance(sent, CustomerShown), sent
held = get_customer.sync(no="CLIENT 1/a#%", client=client)
assert isinstance(held, CustomerShown), held
assert (held.name, held.email) == ("Ada", "ada@example.com")

refused = put_customer.sync(no="CLIENT-2", client=client, body=CustomerGiven(name="x" * 5_000))
assert isinstance(refused, ProblemDetails), refused
assert refused.errors[0].pointer == "/name"

found = list_sales_documents.sync(client=client, shop=shop, state=DocumentState.RELEASED, include="lines")
assert isinstance(found, SalesDocumentList), found
for document in found.data:
    assert sum(len(line.taxes) >= 0 for line in document.lines) == len(document.lines)
    done = acknowledge_sales_document.sync(
        document_id=document.id,
        client=client,
        body=Acknowledgement(erp_document_no=f"PY-{document.number}", version=document.version),
    )
    assert isinstance(done, SalesDocument), done
    assert done.state == "acknowledged"
    print(done.erp_document_no)

events = list_events.sync(client=client, after=0, limit=5)
assert isinstance(events, EventPage), events
assert events.data[0].position >= 1
