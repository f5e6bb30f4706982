"""Envelopes, texts, packing, waits and addresses: the small rules between the wire and the adapter."""

import gzip
import zlib
from datetime import UTC, datetime

import msgspec
import pytest

from app.adapters.shopify.answers.scoped_parts import ReceiptAnswer
from app.adapters.shopify.endpoints import Endpoints
from app.adapters.shopify.envelope import Cost, ThrottleStatus, error_entries, mended, opened
from app.adapters.shopify.points import throttled_for
from app.adapters.shopify.retrying import ATTEMPTS, TryAgain, retry_after, throttled, wait_before
from app.adapters.shopify.scopes import with_implied
from app.adapters.shopify.translators.payments import gift_card_of
from app.adapters.shopify.wire import AnswerTooLarge, WireFailure, unpacked
from app.ports.errors import StoreRefused, StoreUnavailable

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (rb'"a\u0000b"', "a\ufffdb"),
        (rb'"a\ud800b"', "a\ufffdb"),
        (rb'"a\uDC00"', "a\ufffd"),
        (rb'"\ud83d\ude00"', "😀"),
        (rb'"\ud83d\ud83d\ude00"', "\ufffd😀"),
        (rb'"\\ud800 \\u0000"', r"\ud800 \u0000"),
        (rb'"\\\u0000"', "\\\ufffd"),
        ("\"plain text, 'quotes' and ümlauts\"".encode(), "plain text, 'quotes' and ümlauts"),
        (b'"broken \xff byte"', "broken \ufffd byte"),
    ],
)
def test_what_no_database_could_hold_is_replaced_and_nothing_else(sent: bytes, read: str) -> None:
    """D1, D2."""
    assert msgspec.json.decode(mended(sent)) == read


def test_errors_outside_graphql_are_read_whatever_their_shape() -> None:
    told = [
        [entry.message for entry in error_entries(opened(body))]
        for body in (b'{"errors":"Unavailable Shop"}', b'{"errors":{"query":"missing"}}', b'{"errors":null}', b"{}")
    ]

    assert told == [['"Unavailable Shop"'], ['{"query":"missing"}'], [], []]


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress], ids=["gzip", "deflate"])
def test_both_packings_are_unpacked(pack: object) -> None:
    packed = gzip.compress(b"{}") if pack is gzip.compress else zlib.compress(b"{}")

    assert unpacked(packed, "gzip" if pack is gzip.compress else "deflate", limit=10) == b"{}"


def test_unpacking_stops_at_the_limit() -> None:
    """B12."""
    with pytest.raises(AnswerTooLarge):
        unpacked(gzip.compress(b"x" * 1000), "gzip", limit=999)

    assert unpacked(gzip.compress(b"x" * 1000), "gzip", limit=1000) == b"x" * 1000


@pytest.mark.parametrize(
    "packed", [pytest.param(gzip.compress(b"x" * 1000)[:-9], id="cut"), pytest.param(b"no gzip at all", id="no gzip")]
)
def test_a_packed_answer_that_was_cut_or_is_none_is_a_failure(packed: bytes) -> None:
    with pytest.raises(WireFailure):
        unpacked(packed, "gzip", limit=10_000)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("2", 2.0),
        ("2.5", 2.5),
        ("0", 0.0),
        ("-5", 0.0),
        ("1000000000", 900.0),
        ("Fri, 20 Nov 2026 10:00:30 GMT", 30.0),
        ("Fri, 20 Nov 2026 09:00:00 GMT", 0.0),
        ("soon", None),
        ("nan", None),
        ("", None),
        (None, None),
    ],
)
def test_a_wish_to_retry_later_is_understood_and_capped(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds


def test_pauses_grow_vary_and_end() -> None:
    failure = TryAgain(StoreUnavailable("down"))

    first, third = wait_before(1, failure), wait_before(3, failure)

    assert first is not None
    assert third is not None
    assert 0.2 <= first <= 0.4
    assert 0.8 <= third <= 1.6
    assert wait_before(ATTEMPTS, failure) is None


def test_a_long_wait_is_not_spent_here() -> None:
    assert wait_before(1, throttled("busy", 60.0)) is None
    waited = wait_before(1, throttled("busy", 3.0))
    assert waited is not None
    assert waited >= 3.0


@pytest.mark.parametrize(
    ("requested", "available", "seconds"), [(500, 100, 4.0), (50, 100, 1.0), (150, 100, 1.0), (None, 0, 1.0)]
)
def test_a_throttled_call_waits_for_what_is_missing_but_at_least_a_second(
    requested: int | None, available: float, seconds: float
) -> None:
    status = ThrottleStatus(maximum_available=1000, currently_available=available, restore_rate=100)

    assert throttled_for(Cost(requested_query_cost=requested, throttle_status=status)) == seconds


@pytest.mark.parametrize(
    "domain",
    [
        "",
        "shop.example.com",
        "a.myshopify.com.evil.com",
        "-a.myshopify.com",
        "a/b.myshopify.com",
        "A.myshopify.com",
        "x@y",
    ],
)
def test_only_a_stores_own_domain_is_ever_addressed(domain: str) -> None:
    """B13."""
    with pytest.raises(StoreRefused):
        Endpoints().graphql(domain)


def test_addresses_are_made_from_the_template() -> None:
    simulated = Endpoints(template="http://127.0.0.1:9010/{store_domain}/")

    assert simulated.graphql("pots.myshopify.com").startswith("http://127.0.0.1:9010/pots.myshopify.com/admin/api/20")
    assert Endpoints().access_token("pots.myshopify.com") == "https://pots.myshopify.com/admin/oauth/access_token"


def test_a_template_without_a_place_for_the_store_is_refused() -> None:
    with pytest.raises(ValueError, match="store_domain"):
        Endpoints(template="https://example.com")


def test_a_scope_to_write_includes_the_scope_to_read() -> None:
    assert with_implied(("write_orders", "read_users")) == {"write_orders", "read_orders", "read_users"}


@pytest.mark.parametrize(
    ("receipt", "card"),
    [
        (b'{"gift_card_id": 4711}', "4711"),
        (rb'"{\"gift_card_id\": \"4711\"}"', "4711"),
        (b'{"gift_card_id": null}', None),
        (b'{"paid": 1}', None),
        (b'"no json"', None),
        (b"[]", None),
        (b"null", None),
    ],
)
def test_a_gift_card_is_found_in_a_receipt_if_it_is_there(receipt: bytes, card: str | None) -> None:
    answer = ReceiptAnswer(id="gid://shopify/OrderTransaction/1", receipt_json=msgspec.Raw(receipt))

    assert gift_card_of(answer) == card
