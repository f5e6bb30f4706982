"""Customers that orders bring: made once however many orders want them at once (P20–P22)."""

import asyncio
from typing import Any

from app.domain.identifiers import ShopifyId
from app.ports.repositories.runs import RunState
from app.ports.versions import ANY_VERSION
from tests.integration.world import EVERYBODY, HeldReading, World, a_person, an_order

CREATING: dict[str, Any] = {
    "mapping": "by_email_phone",
    "default_customer_no": None,
    "auto_create": True,
    "template_code": "WEB",
}
BY_BILL_TO = CREATING | {"mapping": "by_bill_to"}


def of_person(number: int, person: dict[str, Any], **fields: Any) -> dict[str, Any]:
    address = {name: value for name, value in person["addressesV2"][0].items() if name != "id"}
    email = person["defaultEmailAddress"]
    return an_order(
        number,
        customer={"legacyResourceId": person["legacyResourceId"]},
        email=email["emailAddress"] if email else None,
        billingAddress=address,
        shippingAddress=address,
        displayAddress=address,
        **fields,
    )


async def customers(world: World) -> int:
    """How many were made by us."""
    return int(await world.value("SELECT count(*) FROM customers WHERE no IS NULL"))


async def test_two_orders_of_one_unknown_person_in_a_batch_make_one_customer(world: World) -> None:
    await world.set(customers=CREATING)
    anna = a_person(70, email="anna@example.com")
    await world.store.has(of_person(1001, anna), of_person(1002, anna), customers=[anna])

    await world.imports(1001, 1002)

    assert await customers(world) == 1
    one, other = [await world.document_of(name) for name in ("#1001", "#1002")]
    assert one["sell_to"]["customer_id"] == other["sell_to"]["customer_id"]
    assert (await world.events()).count("customer.created") == 1
    explained = [(await world.order(name))["mapping"]["explanation"] for name in ("#1001", "#1002")]
    assert sorted(each[-1]["outcome"] for each in explained) == ["created", "matched"]


async def test_two_orders_of_one_unknown_person_in_two_batches_at_once_make_one_customer(world: World) -> None:
    await world.set(customers=CREATING)
    anna = a_person(70, email="anna@example.com")
    await world.store.has(of_person(1001, anna), of_person(1002, anna), customers=[anna])

    await both_at_once(world, 1001, 1002)

    assert await customers(world) == 1
    assert await world.is_documented("#1001")
    assert await world.is_documented("#1002")


async def test_one_email_under_two_store_customers_at_once_makes_one_customer(world: World) -> None:
    """Otherwise every later order of that person would be ambiguous."""
    await world.set(customers=CREATING)
    guest, member = a_person(70, email="anna@example.com"), a_person(71, email="Anna@Example.com")
    await world.store.has(of_person(1001, guest), of_person(1002, member), customers=[guest, member])

    await both_at_once(world, 1001, 1002)

    assert await customers(world) == 1
    assert [await world.problems(name) for name in ("#1001", "#1002")] == [[], []]


async def test_one_unlinked_bill_to_in_a_batch_makes_one_customer(world: World) -> None:
    await world.set(customers=BY_BILL_TO)
    anna, twin = a_person(70), a_person(71)
    await world.store.has(of_person(1001, anna), of_person(1002, twin), of_person(1003, anna), customers=[anna, twin])

    await world.imports(1001, 1002, 1003)

    assert await customers(world) == 1
    assert [await world.problems(name) for name in ("#1001", "#1002", "#1003")] == [[], [], []]


async def test_one_unlinked_bill_to_in_two_batches_at_once_makes_one_customer(world: World) -> None:
    await world.set(customers=BY_BILL_TO)
    anna, twin = a_person(70), a_person(71)
    await world.store.has(of_person(1001, anna), of_person(1002, twin), customers=[anna, twin])

    await both_at_once(world, 1001, 1002)

    assert await customers(world) == 1


async def test_one_person_in_two_shops_in_one_batch_makes_one_customer(world: World) -> None:
    await world.set(customers=CREATING, orders={"filters": {"channel": {"not_in": ["pos"]}}})
    await world.set_up_shop("pos", {"customers": CREATING})
    anna = a_person(70, email="anna@example.com")
    await world.store.has(of_person(1001, anna), of_person(1002, anna, sourceName="pos"), customers=[anna])

    await world.imports(1001, 1002)

    assert await customers(world) == 1
    assert await world.value("SELECT count(DISTINCT shop_id) FROM sales_documents") == 2


async def test_a_new_customer_of_another_shop_makes_ambiguous_and_is_not_named(world: World) -> None:
    await world.set(customers=BY_BILL_TO, orders={"filters": {"channel": {"not_in": ["pos"]}}})
    await world.set_up_shop("pos", {"customers": BY_BILL_TO})
    anna, twin = a_person(70), a_person(71)
    await world.store.has(of_person(1001, anna, sourceName="pos"), customers=[anna])
    await world.imports(1001)
    theirs = await world.value("SELECT id FROM customers WHERE no IS NULL")
    await world.do("UPDATE customers SET address_key = (SELECT address_key FROM customers WHERE id = $1)", theirs)
    await world.store.has(of_person(1002, twin), customers=[twin])

    await world.imports(1002)

    made = await world.order("#1002")
    [problem] = made["problems"]
    assert problem["code"] == "customer_ambiguous"
    assert "(another shop's new customer)" in problem["detail"]
    assert theirs not in str(made)


async def test_a_customer_made_for_an_order_is_found_by_the_next_one(world: World) -> None:
    await world.set(customers=CREATING)
    anna = a_person(70, email="anna@example.com")
    await world.store.has(of_person(1001, anna), of_person(1002, anna), customers=[anna])

    await world.imports(1001)
    await world.imports(1002)

    assert await customers(world) == 1
    [first] = (await world.order("#1002"))["mapping"]["explanation"][-1:]
    assert (first["rule"], first["outcome"]) == ("store_customer_link", "matched")


async def test_a_found_customer_is_linked_so_that_it_is_found_without_its_email(world: World) -> None:
    await world.set(customers={**CREATING, "auto_create": False})
    await world.customer("C200", name="Anna", email="anna@example.com")
    anna = a_person(70, email="anna@example.com")
    await world.store.has(of_person(1001, anna), customers=[anna])
    await world.imports(1001)
    await world.customer("C200", name="Anna", email="other@example.com")

    await world.store.has(of_person(1002, anna), customers=[anna])
    await world.imports(1002)

    assert (await world.document_of("#1002"))["sell_to"]["customer_no"] == "C200"


async def test_a_link_to_a_customer_that_is_gone_is_gone_and_the_customer_is_looked_for(world: World) -> None:
    """CUS-29."""
    await world.set(customers={**CREATING, "auto_create": False})
    await world.customer("C200", email="anna@example.com")
    await world.links.put_store_customer(world.shop, ShopifyId("70"), "C200", expected=ANY_VERSION)
    await world.deletes_customer("C200")
    await world.customer("C201", email="anna@example.com")
    anna = a_person(70, email="anna@example.com")
    await world.store.has(of_person(1001, anna), customers=[anna])

    await world.imports(1001)

    assert (await world.document_of())["sell_to"]["customer_no"] == "C201"


async def test_a_phone_as_people_write_it_is_the_one_the_store_has(world: World) -> None:
    """CUS-34: read with the country of its address, on both sides."""
    await world.set(customers={**CREATING, "auto_create": False})
    await world.customer("C200", phone="(06) 12 34-56 78", address={"country_code": "NL"})
    await world.customer("C201", phone="06 12345678", address={"country_code": "DE"})
    anna = a_person(70) | {"defaultPhoneNumber": {"phoneNumber": "+31612345678"}}
    guest = an_order(1002, phone="0612345678", displayAddress={"countryCodeV2": "NL", "lastName": "Buyer"})
    await world.store.has(of_person(1001, anna), guest, customers=[anna])

    await world.imports(1001, 1002)

    assert (await world.document_of("#1001"))["sell_to"]["customer_no"] == "C200"
    assert (await world.document_of("#1002"))["sell_to"]["customer_no"] == "C200"


async def test_of_several_emails_of_a_customer_the_first_one_counts(world: World) -> None:
    """CUS-84."""
    await world.set(customers={**CREATING, "auto_create": False})
    await world.customer("C200", email="Anna@example.com; office@example.com")
    anna, office = a_person(70, email="anna@example.com"), a_person(71, email="office@example.com")
    await world.store.has(of_person(1001, anna), of_person(1002, office), customers=[anna, office])

    await world.imports(1001, 1002)

    assert (await world.document_of())["sell_to"]["customer_no"] == "C200"
    assert await world.problems("#1002") == ["customer_missing"]


async def test_several_fitting_customers_are_a_problem_and_not_a_guess(world: World) -> None:
    await world.set(customers=CREATING)
    await world.customer("C200", email="anna@example.com")
    await world.customer("C201", email="anna@example.com")
    anna = a_person(70, email="anna@example.com")
    await world.store.has(of_person(1001, anna), customers=[anna])

    await world.imports(1001)

    assert await world.problems() == ["customer_ambiguous"]
    assert await customers(world) == 0


async def test_the_number_the_erp_gives_appears_on_the_document(world: World) -> None:
    await world.set(customers=CREATING)
    anna = a_person(70, email="anna@example.com")
    await world.store.has(of_person(1001, anna), customers=[anna])
    await world.imports(1001)
    customer = (await world.document_of())["sell_to"]["customer_id"]

    await world.numbers(customer, "C900")

    assert (await world.document_of())["sell_to"]["customer_no"] == "C900"
    await world.store.has(of_person(1002, anna), customers=[anna])
    await world.imports(1002)
    assert (await world.document_of("#1002"))["sell_to"]["customer_no"] == "C900"


async def test_a_customer_chosen_by_hand_survives_every_new_import(world: World) -> None:
    await world.set(orders={"auto_create_documents": False})
    await world.customer("C300", name="By hand")
    await world.store.has(an_order(1001))
    await world.imports(1001)
    await world.requests.set_mapping(EVERYBODY, await world.order_id(), {"sell_to_customer_no": "C300"})

    await world.store.change(1001, note="changed")
    await world.imports(1001)
    await world.set(orders={"auto_create_documents": True})
    await world.store.change(1001, note="changed again")
    await world.imports(1001)

    document = await world.document_of()
    assert (document["sell_to"]["customer_no"], document["bill_to"]["customer_no"]) == ("C300", "C300")


async def test_a_customer_chosen_by_hand_that_the_erp_deletes_is_looked_for_again(world: World) -> None:
    await world.set(orders={"auto_create_documents": False})
    await world.customer("C300", name="By hand")
    await world.store.has(an_order(1001))
    await world.imports(1001)
    await world.requests.set_mapping(EVERYBODY, await world.order_id(), {"sell_to_customer_no": "C300"})

    await world.deletes_customer("C300")
    await world.set(orders={"auto_create_documents": True})
    run = await world.run(order_shopify_ids=["1001"])

    assert (run.state, run.errors) == (RunState.SUCCEEDED, [])
    assert (await world.document_of())["sell_to"]["customer_no"] == "C100"


async def both_at_once(world: World, one: int, other: int) -> None:
    """Two workers that have each read one of these orders write them at the same time."""
    held = [HeldReading(world.gateway), HeldReading(world.gateway)]
    importing = []
    for order, reading in zip((one, other), held, strict=True):
        await world.wants(order)
        process = world.process(f"of {order}", gateway=reading)
        importing.append(asyncio.create_task(process.import_orders(world.store_id)))
        await reading.has_read.wait()
    for reading in held:
        reading.let_go.set()
    counts = await asyncio.gather(*importing)
    assert [each.imported for each in counts] == [1, 1]
