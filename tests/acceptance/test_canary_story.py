"""S10, S11, S14: after a story in which secrets and persons come in by every door, all that was said is searched.

The feed, delivered webhooks, logs of the processes and of the database server, traces, figures, audit, log, cues,
refusals, command lines and every column of the database; for the person that is forgotten, once more afterwards.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from app.adapters.postgres.tables import metadata
from app.adapters.postgres.tables.columns import Holds
from tests.acceptance.canary_story import (
    APP_SECRET,
    DOMAIN,
    KIM,
    KIMS_ID,
    KIMS_ORDERS,
    PERSONS,
    PHONE,
    Aviary,
    acknowledge,
    aviary,
    play,
)
from tests.acceptance.database import columns_with, wait_until_quiet
from tests.acceptance.harness import Simulator
from tests.acceptance.test_privacy import asked_for, shopify_says
from tests.webhook_receiver import Reply

PLACES = (
    "processes",
    "database server",
    "traces",
    "metrics",
    "events",
    "deliveries",
    "audit",
    "log",
    "cues",
    "refusals",
    "command lines",
)
GRANTED = r"sh(pat|prt|pss)_[0-9a-f]{6}"
"""Whatever a store grants, or an app is known by."""

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


@dataclass(slots=True, kw_only=True)
class Told:
    """What was said and stored; ``then`` before the person was forgotten, ``now`` after."""

    story: Aviary
    said: dict[str, str]
    persons_then: set[str]
    kim_then: set[str]
    kim_now: set[str]
    secrets_stored: set[str]


@pytest.fixture(scope="module")
def told(simulator: Simulator) -> Iterator[Told]:
    with aviary(simulator) as story:
        play(story)
        acknowledge(story)
        wait_until_quiet(story.service)
        persons_then = columns_with(story.service, PERSONS)
        kim_then = columns_with(story.service, [KIM])
        forget_kim(story)
        kim_now = columns_with(story.service, [KIM, PHONE[1:]])
        known = [re.escape(core(secret)) for secret in story.secrets.values()]
        yield Told(
            story=story,
            said=story.said(),
            persons_then=persons_then,
            kim_then=kim_then,
            kim_now=kim_now,
            secrets_stored=columns_with(story.service, [*known, GRANTED]),
        )


def core(secret: str) -> str:
    """The part of it that is secret: an API key's name before it is shown to everybody."""
    return secret.split("_", 2)[2] if secret.startswith("ob_") else secret


def forget_kim(story: Aviary) -> None:
    story.receiver.behave = lambda _: Reply()
    customer = {"id": KIMS_ID, "email": f"{KIM}@example.com", "phone": PHONE}
    about = {"shop_id": 1, "shop_domain": DOMAIN, "customer": customer}

    def says(topic: str, named: str) -> None:
        body = about | {named: list(KIMS_ORDERS)}
        shopify_says(story.service, DOMAIN, f"customers/{topic}", body, delivery=topic, secret=APP_SECRET)

    says("data_request", "orders_requested")
    asked = asked_for(story.erp, DOMAIN, "data_request", "done")
    assert KIM in str(story.erp.get(f"/v1/privacy-requests/{asked['id']}/export"))
    says("redact", "orders_to_redact")
    asked_for(story.erp, DOMAIN, "customer_redact", "done")
    late = {"id": KIMS_ORDERS[0], "email": f"{KIM}@example.com", "updated_at": "2026-12-01T00:00:00Z"}
    shopify_says(story.service, DOMAIN, "orders/updated", late, delivery="late", secret=APP_SECRET)
    wait_until_quiet(story.service)


def test_the_story_was_played_to_its_end(told: Told) -> None:
    """Else nothing would be found because nothing was said."""
    assert {
        "customers.name",
        "orders.body",
        "refunds.body",
        "sales_documents.content",
        "shipments.body",
        "webhook_inbox.body",
        "webhook_deliveries.history",
        "item_images.images",
    } <= told.persons_then
    types = set(re.findall(r"'type': '([^']+)'", told.said["events"]))
    assert {"order.imported", "sales_document.released", "shipment.synchronised"} <= types, types
    assert len(told.story.refusals) > 10
    assert all(told.said[place] for place in PLACES)


@pytest.mark.parametrize("place", PLACES)
def test_no_person_is_told(told: Told, place: str) -> None:
    assert lines_with(told.said[place], "|".join(PERSONS)) == []


@pytest.mark.parametrize("place", PLACES)
def test_no_secret_is_told(told: Told, place: str) -> None:
    said = told.said[place]

    planted = {what: core(secret) for what, secret in told.story.secrets.items()}
    if place == "refusals":
        # A page that is not there is still a page of a visitor's.
        del planted["form token"]

    assert [what for what, secret in planted.items() if secret in said] == []
    assert lines_with(said, GRANTED) == []


def test_no_page_of_the_console_shows_a_secret(told: Told) -> None:
    pages = "\n".join(told.story.pages)

    assert KIM in pages
    assert [what for what, secret in told.story.secrets.items() if core(secret) in pages] == []


def test_persons_stand_where_the_map_of_personal_data_says_so_and_secrets_nowhere(told: Told) -> None:
    allowed = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if column.info["holds"] in {Holds.PERSON, Holds.PERSON_KEY}
    }

    assert told.persons_then - allowed == set()
    assert told.secrets_stored == set()


def test_who_is_forgotten_stands_nowhere(told: Told) -> None:
    """S14."""
    assert {"orders.body", "refunds.body", "shipments.body", "webhook_deliveries.history"} <= told.kim_then
    assert told.kim_now == set()


def lines_with(text: str, pattern: str) -> list[str]:
    found = re.compile(f".{{0,150}}(?:{pattern}).{{0,150}}", re.IGNORECASE)
    return [match[0] for line in text.splitlines() for match in found.finditer(line)][:20]
