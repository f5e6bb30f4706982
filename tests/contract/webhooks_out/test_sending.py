"""One attempt against real sockets: signed, bounded, unredirected, and to no address that was not checked (F1, F2)."""

import asyncio
import base64
import gzip
import hashlib
import hmac
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from standardwebhooks import Webhook

from app.adapters.webhooks_out.addresses import Address
from app.adapters.webhooks_out.sending import MOST_KEPT, HttpWebhookSender, signatures
from app.domain.webhook_deliveries import Attempt

NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)
SECRET = b"0123456789abcdef0123456789abcdef"
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(answer: Serve, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A port where every connection is treated by ``answer``."""
    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@asynccontextmanager
async def a_sender(
    *addresses: str, private: bool = True, trusted: Callable[[str], str] = str, tls: ssl.SSLContext | None = None
) -> AsyncIterator[HttpWebhookSender]:
    """Names lead to ``addresses``, if any are given."""

    async def resolve(_: str) -> Sequence[Address]:
        return [ip_address(each) for each in addresses]

    sender = HttpWebhookSender(private=private, redact=trusted, resolve=resolve if addresses else None, tls=tls)
    try:
        yield sender
    finally:
        await sender.aclose()


async def sent(sender: HttpWebhookSender, url: str, body: bytes = b"{}") -> Attempt:
    return await sender.send(url, body, message_id="evt_1", secrets=[SECRET], now=NOW)


def always(raw: bytes) -> Serve:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(raw)
        await writer.drain()
        writer.close()

    return answer


def test_the_signature_is_that_of_the_specification_for_every_secret() -> None:
    body, other = '{"name":"Łódź"}'.encode(), b"another secret of thirty-two by."

    first, second = signatures(body, message_id="evt_1", secrets=[SECRET, other], now=NOW).split(" ")

    signed = b"evt_1." + str(int(NOW.timestamp())).encode() + b"." + body
    for secret, signature in ((SECRET, first), (other, second)):
        expected = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
        assert signature == f"v1,{expected}"


def test_the_library_verifies_what_we_sign_now() -> None:
    """F5."""
    body, now = b'{"a":1}', datetime.now(UTC)
    headers = {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signatures(body, message_id="evt_1", secrets=[SECRET], now=now),
    }

    assert Webhook(SECRET).verify(body, headers) == {"a": 1}


async def test_the_name_stays_in_the_request_and_the_connection_goes_to_the_checked_address() -> None:
    """S7."""
    seen: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        writer.close()

    async with serving(answer) as port, a_sender("127.0.0.1") as sender:
        attempt = await sent(sender, f"http://erp.example.com:{port}/hooks?a=1")

    assert attempt.delivered
    [head] = seen
    assert head.startswith(b"POST /hooks?a=1 HTTP/1.1\r\n")
    assert f"host: erp.example.com:{port}".encode() in head.lower()


@pytest.mark.parametrize("addresses", [("127.0.0.1",), ("1.1.1.1", "10.0.0.1"), ("::ffff:127.0.0.1",)])
async def test_a_name_that_leads_inside_is_refused_when_connecting(addresses: tuple[str, ...]) -> None:
    """S6."""
    async with a_sender(*addresses, private=False) as sender:
        attempt = await sent(sender, "https://erp.example.com/")

        assert (attempt.status, attempt.code) == (None, "address_refused")
        assert await sender.refusal("https://erp.example.com/") is not None


async def test_a_name_that_leads_nowhere_yet_may_be_registered_and_fails_when_sent_to() -> None:
    async def nowhere(_: str) -> Sequence[Address]:
        raise OSError("no such name")

    sender = HttpWebhookSender(private=False, resolve=nowhere)

    assert await sender.refusal("https://erp.example.com/") is None
    assert (await sent(sender, "https://erp.example.com/")).code == "connection_refused"
    await sender.aclose()


async def test_a_forbidden_url_is_refused_even_if_it_was_stored() -> None:
    async with a_sender(private=False) as sender:
        assert (await sent(sender, "http://127.0.0.1:9/")).code == "address_refused"


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n", 302, "redirected"),
        (b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", 500, "refused"),
        (b"", None, "answer_unreadable"),
        (b"\x16\x03\x01 this is no HTTP\r\n\r\n", None, "answer_unreadable"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", None, "answer_unreadable"),
    ],
    ids=["redirect", "refused", "hangs-up", "gibberish", "cut-off"],
)
async def test_every_other_answer_is_a_failure_that_is_named(raw: bytes, status: int | None, code: str) -> None:
    async with serving(always(raw)) as port, a_sender() as sender:
        attempt = await sent(sender, f"http://127.0.0.1:{port}/")

    assert (attempt.status, attempt.code, attempt.delivered) == (status, code, False)


async def test_nobody_there_is_named() -> None:
    async with serving(always(b"")) as port:
        pass
    async with a_sender() as sender:
        assert (await sent(sender, f"http://127.0.0.1:{port}/")).code == "connection_refused"


async def plainly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Knows nothing of TLS."""
    await reader.read(1)
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    writer.close()


async def test_no_tls_at_all_is_named() -> None:
    async with serving(plainly) as port, a_sender("127.0.0.1") as sender:
        assert (await sent(sender, f"https://erp.example.com:{port}/")).code == "tls_failed"


async def test_a_certificate_is_trusted_for_the_name_of_the_url_whatever_the_address(tmp_path: Path) -> None:
    certificate, key = made_certificate(tmp_path, "erp.example.com")
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(certificate, key)
    answer = always(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    codes = []
    async with serving(answer, tls=theirs) as port:
        for name, trusted in (("erp.example.com", True), ("other.example.com", True), ("erp.example.com", False)):
            ours = ssl.create_default_context(cafile=str(certificate) if trusted else None)
            async with a_sender("127.0.0.1", tls=ours) as sender:
                codes.append((await sent(sender, f"https://{name}:{port}/")).code)

    assert codes == ["delivered", "tls_failed", "tls_failed"]


async def test_an_expired_certificate_is_trusted_no_more(tmp_path: Path) -> None:
    certificate, key = made_certificate(tmp_path, "erp.example.com", good_for=timedelta(hours=-1))
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(certificate, key)
    ours = ssl.create_default_context(cafile=str(certificate))
    answer = always(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    async with serving(answer, tls=theirs) as port, a_sender("127.0.0.1", tls=ours) as sender:
        assert (await sent(sender, f"https://erp.example.com:{port}/")).code == "tls_failed"


def made_certificate(folder: Path, name: str, *, good_for: timedelta = timedelta(days=1)) -> tuple[Path, Path]:
    """A certificate for this name that only itself vouches for, and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + good_for)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate, secret


async def test_an_endless_answer_is_read_no_further_than_64_kib_and_kept_in_its_first_words() -> None:
    written = 0

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 500 No\r\nContent-Length: 1000000000\r\n\r\n")
        try:
            while written < 200 * 2**20:
                writer.write(b"anna@example.com\x00 " * 4096)
                written += 18 * 4096
                await writer.drain()
        except OSError:
            return

    async with serving(endless) as port, a_sender(trusted=lambda text: text.replace("anna", "…")) as sender:
        attempt = await sent(sender, f"http://127.0.0.1:{port}/")

    assert attempt.status == 500
    assert written < 100 * 2**20
    assert len(attempt.detail) <= MOST_KEPT
    assert "anna" not in attempt.detail
    assert "\x00" not in attempt.detail


async def test_a_packed_answer_is_not_unpacked() -> None:
    packed = gzip.compress(b"anna@example.com " * 2**16)
    head = f"HTTP/1.1 500 No\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    async with serving(always(head.encode() + packed)) as port, a_sender() as sender:
        attempt = await sent(sender, f"http://127.0.0.1:{port}/")

    assert attempt.status == 500
    assert len(attempt.detail) <= MOST_KEPT
    assert "anna@example.com anna" not in attempt.detail


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120), ("Thu, 15 Jan 2026 10:02:00 GMT", 120), ("Thu, 15 Jan 2026 09:00:00 GMT", 0), ("soon", None)],
)
async def test_retry_after_is_read_in_both_its_forms(value: str, seconds: int | None) -> None:
    raw = f"HTTP/1.1 503 Later\r\nRetry-After: {value}\r\nContent-Length: 0\r\n\r\n".encode()
    async with serving(always(raw)) as port, a_sender() as sender:
        attempt = await sent(sender, f"http://127.0.0.1:{port}/")

    assert attempt.retry_after == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.long
async def test_an_answer_that_drips_ends_within_fifteen_seconds() -> None:
    async def drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        try:
            while True:
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.5)
        except OSError:
            return

    async with serving(drips) as port, a_sender() as sender:
        attempt = await sent(sender, f"http://127.0.0.1:{port}/")

    assert (attempt.status, attempt.code) == (None, "timeout")
    assert 14 < attempt.seconds < 16.5
