"""Orderbridge's documents in Tryton: sales, invoices and credit notes, each found again by its reference.

Says how a document becomes a Tryton record and how that is driven on. Does not know HTTP, nor when anything is due.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from proteus import Model

Json = dict[str, Any]
UNIT_PRICE = Decimal("0.000001")
"""Tryton's prices are without tax; six decimals (`product.price_decimal`) give back each line's amount to the cent."""


class Unbookable(Exception):
    """Tryton lacks something for this document; the message says what, for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line as Tryton needs it: without tax, with the tax beside it."""

    line_no: int
    product: Any
    description: str
    quantity: Decimal
    net: Decimal
    taxes: list[Any]

    @property
    def unit_price(self) -> Decimal:
        return (self.net / self.quantity).quantize(UNIT_PRICE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """What Tryton made of a document: its numbers, and the figures that must be Shopify's."""

    number: str
    posted_on: str
    total: Decimal
    tax: Decimal
    corrected: Decimal
    """What Shopify's tax differs by from Tryton's own rounding; it was taken over."""


def reference_of(document: Json) -> str:
    """Under what a document is found again. Another version is another reference."""
    return f"{document['id']}/{document['version']}"


def one(model: str, *clauses: Any, missing: str) -> Any:
    found = Model.get(model).find(list(clauses), limit=1)
    if not found:
        raise Unbookable(missing)
    return found[0]


def lines_of(document: Json) -> Iterator[Line]:
    """The lines that cost something; comments stay where they are."""
    for line in document["lines"]:
        if line["type"] == "comment":
            continue
        net = Decimal(line["amount"]) - (Decimal(line["tax_amount"]) if document["prices_include_tax"] else 0)
        product = one("product.product", ("code", "=", line["no"]), missing=f"Tryton has no product {line['no']}.")
        taxes = [tax_of(Decimal(each["rate"])) for each in line["taxes"] if Decimal(each["rate"])]
        quantity = Decimal(line["quantity"])
        yield Line(
            line_no=line["line_no"],
            product=product,
            description=line["description"] or "",
            quantity=quantity,
            net=net,
            taxes=taxes,
        )


def tax_of(rate: Decimal) -> Any:
    clauses = ("rate", "=", rate), ("parent", "=", None)
    return one("account.tax", *clauses, missing=f"Tryton has no tax of {100 * rate.normalize():f} %.")


def number_customer(new: Json) -> str:
    """The code of the party of a customer that Orderbridge met first; its id keeps a second one from being made."""
    known = Model.get("party.party").find([("identifiers.code", "=", new["id"])], limit=1)
    return str((known[0] if known else _new_party(new)).code)


def _new_party(new: Json) -> Any:
    party = Model.get("party.party")(name=new["name"] or new["contact_name"] or new["email"] or new["id"])
    party.identifiers.new(code=new["id"])
    _fill(party.addresses[0] if party.addresses else party.addresses.new(), new["address"] or {})
    for kind in ("email", "phone"):
        if new[kind]:
            party.contact_mechanisms.new(type=kind, value=new[kind])
    party.save()
    return party


def _fill(address: Any, given: Json) -> None:
    address.street = "\n".join(part for part in (given.get("line1"), given.get("line2")) if part)
    address.postal_code, address.city = given.get("postal_code"), given.get("city")
    countries = Model.get("country.country").find([("code", "=", given.get("country_code"))], limit=1)
    address.country = countries[0] if countries else None


def party_of(document: Json) -> Any:
    code = document["bill_to"]["customer_no"]
    return one("party.party", ("code", "=", code), missing=f"Tryton has no party {code}.")


def quoted_sale(document: Json) -> Any:
    """The sale of this version, quoted: made now or found. Quotations of versions before it are cancelled."""
    found = Model.get("sale.sale").find([("reference", "=", reference_of(document))], limit=1)
    if not found:
        _cancel_older(document)
        found = [_new_sale(document)]
    if found[0].state == "draft":
        found[0].click("quote")
    return found[0]


def _cancel_older(document: Json) -> None:
    for sale in Model.get("sale.sale").find(
        [("reference", "like", f"{document['id']}/%"), ("state", "!=", "cancelled")]
    ):
        sale.click("cancel")


def _new_sale(document: Json) -> Any:
    lines = list(lines_of(document))
    sale = Model.get("sale.sale")()
    sale.party = party_of(document)
    sale.reference = reference_of(document)
    sale.description = f"{document['shop']} {document['order']['name']} ({document['number']})"
    sale.payment_term = _term()
    sale.invoice_method = sale.shipment_method = "order"
    for given in lines:
        # The document's line number is the way back from a shipment's move to the line.
        _fill_line(sale.lines.new(sequence=given.line_no), given, sign=1)
    sale.save()
    return sale


def _term() -> Any:
    return one("account.invoice.payment_term", missing="Tryton has no payment term.")


def _fill_line(line: Any, given: Line, *, sign: int) -> None:
    line.product = given.product
    line.quantity = float(sign * given.quantity)
    while line.taxes:
        line.taxes.pop()
    line.taxes.extend(given.taxes)
    # Last: with product and taxes Tryton proposes a price of its own.
    line.unit_price = given.unit_price
    line.description = given.description


def draft_invoice(document: Json) -> Any:
    """An invoice of its own, made now or found: of what was handed over in the store, or a credit note."""
    found = Model.get("account.invoice").find([("reference", "=", reference_of(document))], limit=1)
    return found[0] if found else _new_invoice(document)


def _new_invoice(document: Json) -> Any:
    lines = list(lines_of(document))
    invoice = Model.get("account.invoice")(type="out")
    invoice.party = party_of(document)
    invoice.reference = reference_of(document)
    invoice.description = f"{document['shop']} {document['order']['name']} ({document['number']})"
    invoice.payment_term = _term()
    for given in lines:
        _fill_line(invoice.lines.new(), given, sign=sign_of(document))
    invoice.save()
    return invoice


def sign_of(document: Json) -> int:
    """Tryton's credit notes are invoices with negative quantities."""
    return -1 if document["kind"] == "credit_memo" else 1


def compare_net(document: Json, record: Any) -> None:
    """Before anything is promised: without tax, Tryton's amount is the document's to the cent."""
    net = sign_of(document) * sum((line.net for line in lines_of(document)), Decimal(0))
    if record.untaxed_amount != net:
        raise Unbookable(f"Tryton comes to {record.untaxed_amount} without tax, the document to {net}.")


def invoice_of(document: Json) -> Any:
    """The invoice of an acknowledged document; a sale is confirmed first, which makes its invoice and its shipment."""
    if document["kind"] != "sales_order":
        return draft_invoice(document)
    sale = quoted_sale(document)
    if sale.state == "quotation":
        sale.click("confirm")
    if not sale.invoices:
        sale.click("process")
    return sale.invoices[0]


def post(document: Json, invoice: Any) -> Booked:
    """Take Shopify's tax over to the cent, compare, post. Posted already: only what it came to."""
    due, tax = (sign_of(document) * Decimal(document["totals"][each]) for each in ("amount_including_tax", "tax"))
    corrected = Decimal(0)
    if invoice.state == "draft":
        corrected = _take_tax_over(invoice, tax)
        if invoice.total_amount != due:
            raise Unbookable(f"Tryton comes to {invoice.total_amount}, Shopify charged {due}.")
        invoice.click("post")
    return Booked(
        number=invoice.number,
        posted_on=invoice.invoice_date.isoformat(),
        total=invoice.total_amount,
        tax=invoice.tax_amount,
        corrected=corrected,
    )


def _take_tax_over(invoice: Any, tax: Decimal) -> Decimal:
    """Shopify rounds line by line, Tryton tax by tax: the cents between them go to the tax with the largest base."""
    off = tax - invoice.tax_amount
    if abs(off) > Decimal("0.01") * (len(invoice.lines) + 1):
        raise Unbookable(f"Tryton's tax is {invoice.tax_amount}, Shopify's {tax}.")
    if off:
        largest = max(invoice.taxes, key=lambda each: abs(each.base))
        largest.amount += off
        invoice.save()
    return off


def done_shipments() -> Iterator[Any]:
    """What the warehouse has sent and nobody has told Shopify: its reference is still empty."""
    yield from Model.get("stock.shipment.out").find([("state", "=", "done"), ("reference", "in", [None, ""])])


def shipped_lines(shipment: Any) -> tuple[str | None, list[Json]]:
    """The document that was shipped, and its lines; None = not one of ours."""
    lines, document = [], None
    for move in shipment.outgoing_moves:
        sale_line = move.origin
        if sale_line is None or not (sale_line.sale.reference or "").startswith("doc_"):
            continue
        document = sale_line.sale.reference.partition("/")[0]
        lines.append(
            {"document_line_no": sale_line.sequence, "quantity": f"{Decimal(str(move.quantity)).normalize():f}"}
        )
    return document, lines


def goods() -> list[Json]:
    """The articles that Orderbridge should know: whatever has a code and is kept in stock."""
    found = Model.get("product.product").find([("code", "!=", None), ("type", "=", "goods")])
    return [{"no": each.code, "description": each.rec_name, "base_unit": each.default_uom.symbol} for each in found]
