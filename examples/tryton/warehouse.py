"""The warehouse of the example: sends everything that waits to be sent, as a person would with Tryton's client."""

import os

from proteus import Model
from signing_in import signed_in


def send_everything() -> None:
    """Assign, pick, pack and send each waiting customer shipment."""
    for shipment in Model.get("stock.shipment.out").find([("state", "=", "waiting")]):
        for step in ("assign_try", "pick", "pack", "do"):
            shipment.click(step)
        print(f"the warehouse has sent {shipment.number} to {shipment.customer.rec_name}")


if __name__ == "__main__":
    with signed_in(os.environ):
        send_everything()
