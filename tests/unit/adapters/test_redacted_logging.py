"""Canaries: secrets and persons go into the logs every way there is, and none of them comes out."""

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import pytest
import structlog

from app.adapters.telemetry.logging import CHATTY, configure_logging
from app.adapters.telemetry.redaction import REDACTED, holds_a_secret_or_a_person, redacted_entry, redacted_text
from app.ports.errors import StoreDeclined

API_KEY = "ob_abcd2345_" + "C4n4ry" * 7 + "x"
SHOPIFY_TOKEN = "shpat_0123456789abcdef0123456789abcdef"
EMAIL = "canary.person@example.com"


class Colour(StrEnum):
    RED = "red"


@dataclass
class Somebody:
    surname: str = "Canary-Surname"


@pytest.fixture(params=["json", "console"])
def output(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    names = [*CHATTY, "uvicorn", "uvicorn.error"]
    before = (root.handlers[:], root.level, {name: logging.getLogger(name).level for name in names})
    configured = structlog.get_config()
    for name in names:
        # A server of another test in this process may have quietened it.
        logging.getLogger(name).setLevel(logging.NOTSET)
    stream = io.StringIO()
    configure_logging(json=request.param == "json", level="info", stream=stream)
    yield stream
    root.handlers[:], root.level, levels = before
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.configure(**configured)


@pytest.mark.parametrize(
    "field",
    [
        *("authorization", "Authorization", "access_token", "accessToken", "X-Shopify-Access-Token", "refresh_token"),
        *(
            "client_secret",
            "api_secret",
            "password",
            "hmac",
            "X-Shopify-Hmac-Sha256",
            "credentials",
            "api_key",
            "cookie",
        ),
        *("email", "customer_email", "customerEmail", "phone", "name", "first_name", "lastName", "shipping_address"),
        *(
            "address1",
            "bill_to_name",
            "note",
            "order_note",
            "zip",
            "city",
            "payload",
            "body",
            "variables",
            "database_url",
        ),
    ],
)
def test_a_field_of_this_name_is_never_printed(field: str) -> None:
    assert redacted_entry({field: "Canary"}) == {field: REDACTED}
    assert redacted_entry({"outer": [{field: {"inner": "Canary"}}]}) == {"outer": [{field: REDACTED}]}


@pytest.mark.parametrize(
    "field",
    [
        *(
            "order_id",
            "shop_code",
            "operation_name",
            "schedule_name",
            "customer_no",
            "customer_id",
            "email_found",
            "lines",
        ),
        *(
            "topic",
            "status",
            "attempts",
            "body_bytes",
            "key_id",
            "store_domain",
            "event",
            "logger",
            "level",
            "idempotency_key",
        ),
    ],
)
def test_what_an_operator_needs_is_printed(field: str) -> None:
    assert redacted_entry({field: "1001"})[field] == ("1001" if field != "email_found" else REDACTED)
    assert redacted_entry({field: True}) == {field: True}


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (f"key {API_KEY} used", API_KEY[12:]),
        (f"sent {SHOPIFY_TOKEN}", SHOPIFY_TOKEN[6:]),
        ("Authorization: Bearer abcdefgh12345678", "abcdefgh12345678"),
        ("connect to postgresql://bridge:canary-word@db/bridge", "canary-word"),
        (f"no customer {EMAIL} here", EMAIL),
        (f"DETAIL:  Key (email)=({EMAIL}) already exists", EMAIL),
        ("DETAIL:  Key (last_name, city)=(Canary, Ghent) already exists.", "Canary"),
        ("DETAIL:  Failing row contains (1, Canary, 2026-01-01).", "Canary"),
        ("[SQL: INSERT]\n[parameters: ('Canary]', 'x\ny')]\n(Background on this error at: x)", "Canary"),
        ("GET /v1/customers?email=canary%40example.com&limit=5", "canary%40"),
        ("secret whsec_Q2FuYXJ5Q2FuYXJ5", "Q2FuYXJ5"),
    ],
)
def test_a_secret_or_person_inside_a_text_is_taken_out(text: str, hidden: str) -> None:
    assert hidden not in redacted_text(text)
    assert REDACTED in redacted_text(text)


def test_what_follows_the_parameters_of_a_failed_statement_stays_readable() -> None:
    text = "[SQL: INSERT]\n[parameters: ('Canary',)]\n(Background on this error at: x)\nduring: import"

    assert redacted_text(text).endswith("(Background on this error at: x)\nduring: import")


def test_objects_are_named_and_not_printed_unless_they_are_plain_values() -> None:
    entry = redacted_entry(
        {
            "object": Somebody(),
            "amount": Decimal("1.50"),
            "colour": Colour.RED,
            "raw": b"Canary",
            "error": ValueError(EMAIL),
        }
    )

    assert entry == {
        "object": "<Somebody>",
        "amount": "1.50",
        "colour": "red",
        "raw": "<6 bytes>",
        "error": f"ValueError: {REDACTED}",
    }


def test_a_person_as_the_key_of_a_mapping_is_taken_out() -> None:
    assert EMAIL not in str(redacted_entry({"wanted": {EMAIL: 1}}))


def test_what_cannot_be_printed_is_made_printable(output: io.StringIO) -> None:
    structlog.get_logger("app.tests").info(
        "odd", text="half \ud800", number=10**30, mark=float("nan"), deep=[[[[[[[["x"]]]]]]]]
    )

    printed = output.getvalue()
    assert "half ?" in printed
    assert str(10**30) in printed


def test_nothing_that_comes_from_outside_makes_a_line_of_its_own_or_paints_the_terminal(output: io.StringIO) -> None:
    """S9: whatever a field holds, it is one entry, escaped and of bearable length."""
    forged = 'ok"}\r\n{"event": "forged", "level": "info"}\x1b[2J\x1b]0;title\x07\x9b31m\u2028'
    structlog.get_logger("app.tests").info("asked", topic=forged, nested={forged: [forged]}, long="x" * 1_000_000)
    logging.getLogger("uvicorn.error").info("asked for %s", forged)

    printed = output.getvalue()
    entries = [line for line in printed.split("\n") if line]
    assert len(entries) == 2
    assert not [character for character in printed if character in "\r\x07\x9b\u2028"]
    assert "[2J" not in printed.replace(r"\x1b[2J", "").replace(r"\u001b[2J", "")
    assert len(printed) < 50_000


def test_truth_and_absence_of_personal_data_may_be_said() -> None:
    assert redacted_entry({"email": None, "phone": False}) == {"email": None, "phone": False}


@pytest.mark.prints_canaries("what comes out is looked at here; pytest keeps what went in")
def test_no_canary_comes_out_however_it_was_logged(output: io.StringIO) -> None:
    """S10."""
    ours = structlog.get_logger("app.tests")
    library = logging.getLogger("some.library")

    structlog.contextvars.bind_contextvars(access_token="Canary-bound")
    ours.info(
        "order_imported", order_id="ord_1", customer={"first_name": "Canary-First", "email": EMAIL}, note="Canary-Note"
    )
    ours.bind(password="Canary-Word").warning(f"tried {API_KEY}")
    library.warning("calling with %s as %s", f"Bearer {'Canary' * 4}", EMAIL)
    library.warning("extra", extra={"client_secret": "Canary-Extra"})
    try:
        raise ValueError(f"token {SHOPIFY_TOKEN} of {EMAIL}")
    except ValueError:
        ours.exception("import_failed")
        library.exception("library failed")
    structlog.contextvars.clear_contextvars()

    printed = output.getvalue()
    assert "order_imported" in printed
    assert "ord_1" in printed
    assert "Traceback" in printed
    for canary in ("Canary", "C4n4ry", SHOPIFY_TOKEN[6:], EMAIL):
        assert canary not in printed


def test_the_fields_of_an_entry_by_the_standard_library_are_printed_and_redacted(output: io.StringIO) -> None:
    log = logging.getLogger("app.tests")
    log.warning("request failed", extra={"request_id": "req_1", "reason": f"no {EMAIL}", "customer": "Canary"})
    log.warning("started", extra={"color_message": "\x1b[1mstarted"})

    printed = output.getvalue()
    assert "req_1" in printed
    assert REDACTED in printed
    assert "Canary" not in printed
    assert EMAIL not in printed
    assert "color_message" not in printed


def test_the_variables_of_a_failing_function_are_not_printed(output: io.StringIO) -> None:
    def failing() -> None:
        surname = "Canary-" + "local"
        raise LookupError(f"nothing found for {len(surname)} letters")

    try:
        failing()
    except LookupError:
        structlog.get_logger("app.tests").exception("import_failed")
        logging.getLogger("app.tests").exception("import failed")

    assert output.getvalue().count("nothing found for 12 letters") == 2
    assert "Canary-local" not in output.getvalue()


def test_the_words_of_a_store_that_refuses_are_not_printed(output: io.StringIO) -> None:
    words = "No order of Kanarikim."
    try:
        try:
            raise StoreDeclined(words, fields=("input.note",))
        except StoreDeclined as refusal:
            raise RuntimeError("The order broke off.") from refusal
    except RuntimeError:
        logging.getLogger("test").exception("it failed")

    assert "store_declined" in output.getvalue()
    assert words not in output.getvalue()


def test_every_line_of_json_is_an_entry_with_time_level_and_origin(output: io.StringIO) -> None:
    structlog.get_logger("app.tests").info("order_imported", order_id="ord_1", lines=3)
    logging.getLogger("uvicorn.error").info("started")
    logging.getLogger("httpx").info("POST https://example.com")
    structlog.get_logger("app.tests").debug("not wanted")

    lines = output.getvalue().splitlines()
    assert len(lines) == 2
    if lines[0].startswith("{"):
        first, second = (json.loads(line) for line in lines)
        assert (first["event"], first["order_id"], first["lines"], first["level"]) == (
            "order_imported",
            "ord_1",
            3,
            "info",
        )
        assert first["timestamp"].endswith("Z")
        assert (second["event"], second["logger"]) == ("started", "uvicorn.error")


def test_names_are_read_in_any_spelling() -> None:
    assert holds_a_secret_or_a_person("HTTP_AUTHORIZATION")
    assert holds_a_secret_or_a_person("shipToPhone")
    assert not holds_a_secret_or_a_person("")
