"""An empty Tryton made into a small company: what its consultant does once, by hand or by such a program.

Knows Tryton only: chart of accounts, fiscal year, taxes, products, goods in stock. Does not know Orderbridge.
"""

import os
from datetime import date
from decimal import Decimal
from typing import Any

from proteus import Model, Wizard, config
from signing_in import signed_in

CURRENCY = "EUR"
TAXES = {"VAT 21 %": Decimal("0.21"), "VAT 9 %": Decimal("0.09")}
ACCOUNTS = {"4100": "Shipping charged", "4200": "Refunds", "4300": "Gift cards sold", "4900": "Cash rounding"}
"""Accounts that Orderbridge is told of; each has a service product of the same code, since Tryton sells products."""
GOODS = {
    "KETTLE": ("Kettle, 1.7 l", "VAT 21 %"),
    "TEAPOT": ("Teapot, 1 l", "VAT 21 %"),
    "TEA-100": ("Green tea, 100 g", "VAT 9 %"),
}
UNTAXED = {"4300", "4900"}
COUNTRIES = {"NL": "Netherlands"}
IN_STOCK = 1000


def create_company() -> Any:
    """The company, its currency, and the user's preferences that name it from now on."""
    currency = Model.get("currency.currency")(name="Euro", symbol="€", code=CURRENCY, rounding=Decimal("0.01"))
    currency.save()
    party = Model.get("party.party")(name="Tea and Kettles")
    party.save()
    wizard = Wizard("company.company.config")
    wizard.execute("company")
    wizard.form.party, wizard.form.currency = party, currency
    wizard.execute("add")
    settings = config.get_config()
    settings._context = Model.get("res.user").get_preferences(True, {})  # noqa: SLF001 - as proteus itself does after a login
    (company,) = Model.get("company.company").find([])
    return company


def create_chart(company: Any) -> None:
    """Tryton's universal chart of accounts, from the template that comes with it."""
    template = Model.get("ir.model.data").get_id("account.account_template_root_en", config.get_config().context)
    wizard = Wizard("account.create_chart")
    wizard.execute("account")
    wizard.form.account_template = Model.get("account.account.template")(template)
    wizard.form.company = company
    wizard.execute("create_account")
    wizard.form.account_receivable = account_of("receivable")
    wizard.form.account_payable = account_of("payable")
    wizard.form.category_account_revenue = account_of("revenue")
    wizard.form.category_account_expense = account_of("expense")
    wizard.execute("create_properties")


def account_of(kind: str) -> Any:
    """The first account of a kind, such as receivable."""
    return Model.get("account.account").find([(f"type.{kind}", "=", True), ("closed", "!=", True)], limit=1)[0]


def create_year(company: Any) -> None:
    """The year of today, with numbers for moves and invoices."""

    def sequence(kind: str) -> Any:
        (found,) = Model.get("ir.sequence.type").find([("name", "=", kind)], limit=1)
        made = Model.get("ir.sequence.strict")(name=kind, sequence_type=found, company=company)
        made.save()
        return made

    today = date.today()  # noqa: DTZ011 - Tryton books by the day of the server
    year = Model.get("account.fiscalyear")(name=str(today.year), company=company)
    year.start_date, year.end_date = today.replace(month=1, day=1), today.replace(month=12, day=31)
    year.move_sequence = sequence("Account Move")
    invoices = sequence("Invoice")
    (numbers,) = year.invoice_sequences
    numbers.out_invoice_sequence = numbers.out_credit_note_sequence = invoices
    numbers.in_invoice_sequence = numbers.in_credit_note_sequence = invoices
    year.click("create_period")


def create_taxes(company: Any) -> dict[str, Any]:
    """One tax a rate."""
    (account,) = Model.get("account.account").find([("company", "=", company.id), ("code", "=", "6.3.6")], limit=1)
    taxes = {}
    for name, rate in TAXES.items():
        taxes[name] = tax = Model.get("account.tax")(name=name, description=name, type="percentage", rate=rate)
        tax.invoice_account = tax.credit_note_account = account
        tax.save()
    return taxes


def create_products(taxes: dict[str, Any]) -> None:
    """What is sold, and a service for each account that has no article of its own."""
    revenue = account_of("revenue")
    create_goods({name: category(f"Goods, {name}", revenue, tax) for name, tax in taxes.items()})
    for code, name in ACCOUNTS.items():
        account = Model.get("account.account")(name=name, code=code, type=revenue.type, parent=revenue.parent)
        account.save()
        tax = None if code in UNTAXED else taxes["VAT 21 %"]
        create_product(code, name, "service", category(name, account, tax))


def category(name: str, revenue: Any, tax: Any) -> Any:
    """An accounting category: its products are booked on ``revenue`` and, if nobody says otherwise, bear ``tax``."""
    made = Model.get("product.category")(name=name, accounting=True)
    made.account_revenue, made.account_expense = revenue, account_of("expense")
    if tax is not None:
        made.customer_taxes.append(Model.get("account.tax")(tax.id))
    made.save()
    return made


def create_goods(categories: dict[str, Any]) -> None:
    """Products of goods, and enough of them on the shelf."""
    inventory = Model.get("stock.inventory")()
    (inventory.location,) = Model.get("stock.location").find([("code", "=", "STO")])
    for code, (name, tax) in GOODS.items():
        product = create_product(code, name, "goods", categories[tax])
        inventory.lines.new(product=product, quantity=float(IN_STOCK), expected_quantity=0.0)
    inventory.click("confirm")


def create_product(code: str, name: str, kind: str, accounting: Any) -> Any:
    (unit,) = Model.get("product.uom").find([("symbol", "=", "u")], limit=1)
    template = Model.get("product.template")(name=name, code=code, type=kind, salable=True, account_category=accounting)
    template.default_uom, template.list_price = unit, Decimal(0)
    template.save()
    return template.products[0]


def create_terms() -> None:
    """Shopify's buyers have paid when the invoice is made."""
    term = Model.get("account.invoice.payment_term")(name="Paid")
    term.lines.new(type="remainder")
    term.save()


def create_countries() -> None:
    """Where the example's buyers live; `trytond_import_countries` brings all of them."""
    for code, name in COUNTRIES.items():
        Model.get("country.country")(code=code, name=name).save()


def set_up() -> None:
    """What the adapter expects to find; a Tryton that has a company is left as it is."""
    if Model.get("company.company").find([]):
        return
    company = create_company()
    create_chart(company)
    create_year(company)
    create_products(create_taxes(company))
    create_terms()
    create_countries()


if __name__ == "__main__":
    with signed_in(os.environ):
        set_up()
