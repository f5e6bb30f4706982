"""Run by the Python of Tryton's environment: sales of two lines, made and quoted by Tryton in this process.

Its arguments: a database with Tryton's modules activated, and how many sales. Prints sales per CPU-second.
"""

import resource
import sys
from pathlib import Path
from typing import Any

from books import number_customer, quoted_sale
from company import set_up
from proteus import config

WARMING = 3

Json = dict[str, Any]


def _customer(number: int) -> Json:
    address = {"line1": f"Dam {number}", "postal_code": "1012 JS", "city": "Amsterdam", "country_code": "NL"}
    return {
        "id": f"cus_{number}",
        "name": f"Buyer {number}",
        "email": f"buyer{number}@example.com",
        "phone": "+31205559220",
        "address": address,
    }


def _document(number: int, customer_no: str) -> Json:
    lines = [
        {
            "line_no": 10_000 * place,
            "type": "item",
            "no": no,
            "description": no,
            "quantity": "2",
            "amount": "24.20",
            "tax_amount": "4.20",
            "taxes": [{"rate": "0.210000"}],
        }
        for place, no in enumerate(("KETTLE", "TEAPOT"), start=1)
    ]
    return {
        "id": f"doc_{number}",
        "version": 1,
        "number": f"SO-{number:06}",
        "shop": "bench",
        "order": {"name": f"#{number}"},
        "bill_to": {"customer_no": customer_no},
        "prices_include_tax": True,
        "lines": lines,
    }


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """The first sales fill Tryton's caches and are not counted."""
    database, sales = Path(sys.argv[1]), int(sys.argv[2])
    settings = database.with_suffix(".conf")
    settings.write_text(f"[database]\nuri = sqlite://\npath = {database.parent}\n[product]\nprice_decimal = 6\n")
    config.set_trytond(f"sqlite:///{database.stem}", config_file=str(settings))
    set_up()
    began = 0.0
    for number in range(WARMING + sales):
        if number == WARMING:
            began = _cpu()
        quoted_sale(_document(number, number_customer(_customer(number))))
    print(sales / (_cpu() - began))


main()
