"""Pages and buttons of the console: what is shown, to whom, and what a refusal says (P82, S25)."""

import re
from datetime import timedelta
from html import unescape

from app.domain.identifiers import ShopifyId, order_line_id
from app.ports.acting import Actor, ActorKind, Deed, acting
from tests.api.console.visits import QUEUE, Browser, queued, said
from tests.builders import line, order
from tests.erp_surface import Surface
from tests.stored_documents import NOW, a_shipment, an_order


async def test_no_page_runs_or_loads_what_is_not_ours(operator: Browser) -> None:
    """S25."""
    page = await operator.get("/console/")

    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["cache-control"] == "no-store"
    assert re.findall(r"<script(?![^>]*src=)|\son\w+=|\sstyle=|https?://", page.text) == []


async def test_what_came_from_a_store_is_shown_as_text(house: Surface, operator: Browser) -> None:
    """S25."""
    await queued(house, "<script>alert(1)</script>", error_code="x", error_detail="<img src=x onerror=alert(1)>")

    page = await operator.get(QUEUE)

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "<img" not in page.text
    assert "<script>" not in page.text


async def test_the_first_page_leads_to_what_waits(house: Surface, operator: Browser) -> None:
    await queued(house, "1", error_code="store_refused", error_detail="The store did not answer.", failed_at=NOW)

    [address] = re.findall(
        r'href="(/console/shops/web/orders-to-import\?[^"]+)"', (await operator.get("/console/")).text
    )

    assert "The store did not answer." in (await operator.get(unescape(address))).text


async def test_an_order_to_import_is_tried_again_left_out_and_imported_by_id(house: Surface, operator: Browser) -> None:
    row = await queued(house, "1", error_code="x", error_detail="y", attempts=9, parked_at=NOW)

    tried = await operator.press(f"{QUEUE}/{row}/retry")
    [after] = await house.fetch("SELECT parked_at, attempts FROM orders_to_import")
    assert said(tried) == "The order is imported as soon as possible."
    assert (after["parked_at"], after["attempts"]) == (None, 0)

    left = await operator.press(f"{QUEUE}/{row}/leave-out")
    assert said(left) == "The order is left out until it changes at Shopify."
    assert "Nothing is to be imported" in left.text

    run = await operator.press(f"{QUEUE}/import", shopify_ids="5501, 5502")
    assert said(run) == "The import runs."
    assert "Import orders of web" in run.text
    [kept] = await house.fetch("SELECT parameters, requested_by FROM runs")
    assert "5502" in str(kept["parameters"])
    assert kept["requested_by"] == "ann"


async def test_a_run_is_cancelled_and_says_so(house: Surface, operator: Browser) -> None:
    page = await operator.press("/console/shops/web/tasks/import_orders/runs")
    [run] = await house.fetch("SELECT id FROM runs")

    cancelled = await operator.press(f"/console/runs/{run['id']}/cancel", back=f"/console/runs/{run['id']}")

    assert "data-live" in page.text
    assert "cancelled" in cancelled.text
    assert "data-live" not in cancelled.text


async def test_a_shipment_names_the_article_of_each_line_and_says_which_line_is_gone(
    house: Surface, operator: Browser
) -> None:
    sold = line("11301", title="Linen shirt", variant_title="Red", sku="LS-R")
    async with house.rows() as uow:
        order_id = await an_order(uow.driver, copy=order(sold), mapping={"items": {"11301": {"item_no": "SHIRT-1"}}})
        await a_shipment(uow.driver, order_id, no="S-1")
        bare = await an_order(uow.driver, copy=order(line("2")))
        gone = await a_shipment(uow.driver, bare, no="S-2")
        await uow.commit()
    [address] = re.findall(r'href="(/console/shipments/[^"]+)">S-1<', (await operator.get("/console/shipments")).text)

    page = (await operator.get(address)).text

    assert "<td>Linen shirt – Red</td><td>LS-R</td><td>SHIRT-1</td>" in page
    assert "no longer on the order" not in page
    assert "no longer on the order" in (await operator.get(f"/console/shipments/{gone}")).text


async def test_a_shipment_without_a_posting_date_names_none(house: Surface, operator: Browser) -> None:
    async with house.rows() as uow:
        made = await a_shipment(uow.driver, await an_order(uow.driver, copy=order(line("11301"))))
        sent = '{"erp_shipment_no": "S-2", "posting_date": "2026-01-15", "lines": [{"line_id": "2", "quantity": 1}]}'
        other = await an_order(uow.driver, copy=order(line("2")))
        dated = await a_shipment(uow.driver, other, no="S-2", body=sent)
        await uow.commit()

    assert "posted 2026-01-15" in (await operator.get(f"/console/shipments/{dated}")).text
    assert "posted" not in (await operator.get(f"/console/shipments/{made}")).text
    assert "None" not in (await operator.get("/console/shipments")).text


async def test_orders_are_shown_newest_first_page_by_page_and_from_the_other_end(
    house: Surface, operator: Browser
) -> None:
    async with house.rows() as uow:
        for number in range(60):
            await an_order(uow.driver, copy=order(name=f"#{number}"), updated_at=NOW + timedelta(seconds=number))
        await uow.commit()

    def names(page: str) -> list[str]:
        return re.findall(r'href="/console/orders/[^"]+">#([0-9]+)<', page)

    first = (await operator.get("/console/orders")).text
    [more] = re.findall(r'href="([^"]+cursor=[^"]+)">More', first)
    second = (await operator.get(unescape(more))).text

    assert names(first) == [str(number) for number in range(59, 9, -1)]
    assert names(second) == [str(number) for number in range(9, -1, -1)]
    assert '<a class="button" href="/console/orders">First page</a>' in second
    assert names((await operator.get("/console/orders", newest_first="false")).text)[:2] == ["0", "1"]


async def test_a_refusal_is_told_in_the_words_of_the_surface(operator: Browser) -> None:
    page = await operator.press(f"{QUEUE}/oti_none/retry")

    assert said(page) == "There is no order to import 'oti_none' in this shop."


async def test_what_was_said_is_said_once_and_cannot_be_made_up(operator: Browser) -> None:
    await operator.press(f"{QUEUE}/oti_none/retry")

    assert said(await operator.get(QUEUE)) == ""
    operator.client.cookies.set("orderbridge_said", "bWFkZSB1cA==" * 9, domain="orderbridge", path="/console")
    assert said(await operator.get(QUEUE)) == ""


async def test_a_viewer_sees_everything_and_has_no_button_that_works(house: Surface, viewer: Browser) -> None:
    row = await queued(house, "1", error_code="x", error_detail="y")

    page = await viewer.get(QUEUE)
    refused = await viewer.press(f"{QUEUE}/{row}/leave-out")

    assert "/leave-out" not in page.text
    assert said(refused) == "Your role may not do this. An admin can give you another one."
    assert (await house.fetch("SELECT left_out_at FROM orders_to_import"))[0]["left_out_at"] is None


async def test_a_page_that_is_not_there_says_so_as_a_page(operator: Browser) -> None:
    for path in ("/console/nothing", "/console/shops/none/orders-to-import", "/console/runs/run_none"):
        page = await operator.get(path)
        assert page.status_code == 404
        assert page.headers["content-type"].startswith("text/html")


async def test_a_mistyped_filter_is_told_not_ignored(operator: Browser) -> None:
    page = await operator.get(QUEUE, colour="red")

    assert page.status_code == 400
    assert "There is no parameter" in said(page)


async def test_fields_offer_customers_and_items_that_hold_the_words(house: Surface, operator: Browser) -> None:
    await house.client.put("/v1/customers/C1", json={"name": "Jansen", "address": {"city": "Delft"}})
    await house.client.put("/v1/items/I1", json={"description": "Cap", "base_unit": "PCS", "sku": "CAP-1"})

    found = (await operator.get("/console/search/customers", text="jans")).json()
    items = (await operator.get("/console/search/items", text="cap")).json()

    assert found == [{"no": "C1", "label": "C1 – Jansen – Delft"}]
    assert items == [{"no": "I1", "label": "I1 – Cap – CAP-1"}]
    assert (await operator.get("/console/search/keys", text="x")).status_code == 404


async def test_an_order_is_shown_and_its_refusals_are_told(house: Surface, operator: Browser) -> None:
    async with house.rows() as uow:
        made = await an_order(uow.driver, copy=order(line(11301)))
        await uow.commit()
    at = f"/console/orders/{made}"

    page = await operator.get(at)
    refused = await operator.press(f"{at}/assign-customer", sell_to_customer_no="C404", back=at)

    assert page.status_code == 200
    assert said(refused).count("There is no customer C404.") == 1


async def test_a_person_is_told_of_in_the_audit_with_what_they_pressed(house: Surface, operator: Browser) -> None:
    """S27."""
    row = await queued(house, "5501")
    await operator.press(f"{QUEUE}/{row}/retry")

    page = unescape((await operator.get("/console/audit-entries", actor="ann")).text)
    assert "retry order to import" in page
    assert row in page


async def test_the_audit_leads_to_the_order_whose_line_was_set(house: Surface, operator: Browser) -> None:
    async with house.rows() as uow:
        made = await an_order(uow.driver)
        await uow.commit()
    line_id = order_line_id(made, ShopifyId("11301"))
    deed = Deed(resource="lines", resource_id=line_id, shop=None)
    with acting(Actor(kind=ActorKind.USER, id="usr_1", name="ann", operation="update_order_line", deed=deed)):
        async with house.rows() as uow:
            await uow.commit()

    page = (await operator.get("/console/audit-entries", shop="web")).text

    assert f'<a href="/console/orders/{made}#lines">{line_id}</a>' in page
    assert '<option value="web" selected>' in page
