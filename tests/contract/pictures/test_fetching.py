"""One picture read over real sockets: bounded, unredirected, not twice, from no address that was not checked (S6)."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_address

import pytest

from app.adapters.pictures.fetching import HttpPictures
from app.adapters.webhooks_out.addresses import Address
from app.adapters.webhooks_out.sending import HttpWebhookSender
from app.domain.pictures import MOST_BYTES
from app.ports.picture_source import FetchedPicture, NotFetched, ReadBefore, Unchanged
from app.services.picture_reading import MOST_UNANSWERED, PLACE_IS_DOWN, PicturePlaces
from tests.picture_shelf import PictureShelf, a_png, picture_shelf
from tests.webhook_receiver import Receiver, Reply, receiving


@pytest.fixture
def shelf() -> Iterator[PictureShelf]:
    with picture_shelf() as made:
        yield made


@pytest.fixture
def place() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@asynccontextmanager
async def a_source(*addresses: str, private: bool = True) -> AsyncIterator[HttpPictures]:
    async def resolve(_: str) -> Sequence[Address]:
        return [ip_address(each) for each in addresses]

    guard = HttpWebhookSender(private=private, resolve=resolve if addresses else None)
    source = HttpPictures(guard.connections, guard.refusal)
    yield source
    await source.aclose()
    await guard.aclose()


async def test_a_picture_is_read_once_and_then_only_when_it_changed(shelf: PictureShelf) -> None:
    url = shelf.put("front", a_png(1))
    async with a_source() as source:
        first = await source.fetch(url, ReadBefore())
        assert isinstance(first, FetchedPicture)
        assert (first.content, bool(first.read.etag)) == (a_png(1), True)

        assert await source.fetch(url, first.read) == Unchanged()
        shelf.put("front", a_png(2))
        again = await source.fetch(url, first.read)

    assert isinstance(again, FetchedPicture)
    assert again.content == a_png(2)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(status=404), "Its place answers 404."),
        (Reply(status=302, headers={"Location": "/elsewhere"}), "Its place answers 302."),
        (Reply(status=304), "Its place answers 304."),
        (Reply(body=b"x" * (MOST_BYTES + 1)), "The file is larger than 20 MB."),
    ],
    ids=["missing", "elsewhere", "unasked", "too large"],
)
async def test_what_is_no_whole_picture_is_told(place: Receiver, reply: Reply, words: str) -> None:
    place.behave = lambda _: reply
    async with a_source() as source:
        assert await source.fetch(f"{place.url}/a.png", ReadBefore()) == NotFetched(words)
    assert [each.path for each in place.received] == ["/a.png"]


@pytest.mark.parametrize(
    ("url", "addresses"),
    [
        ("https://pictures.example.com/a.png", ["10.0.0.1"]),
        ("https://pictures.example.com/a.png", ["93.184.215.14", "169.254.169.254"]),
        ("https://127.0.0.1/a.png", []),
        ("http://pictures.example.com/a.png", ["93.184.215.14"]),
    ],
    ids=["a private address", "one of them", "literally", "unencrypted"],
)
async def test_nothing_is_read_inside_the_network(url: str, addresses: list[str]) -> None:
    async with a_source(*addresses, private=False) as source:
        assert isinstance(await source.fetch(url, ReadBefore()), NotFetched)


async def test_a_name_that_there_cannot_be_is_told(shelf: PictureShelf) -> None:
    url = shelf.url("a.png").replace("127.0.0.1", "a" * 64 + ".example.com")
    async with a_source() as source:
        assert await source.fetch(url, ReadBefore()) == NotFetched(
            "There is no connection to its place.", unanswered=True
        )
    async with a_source(private=False) as source:
        assert await source.refusal(f"https://{'a' * 64}.example.com/a.png") == "This is not the name of a public host."


async def test_a_name_that_leads_elsewhere_by_the_time_of_the_connection_gets_nowhere(place: Receiver) -> None:
    asked: list[str] = []

    async def resolve(host: str) -> Sequence[Address]:
        asked.append(host)
        return [ip_address("93.184.215.14" if len(asked) == 1 else "127.0.0.1")]

    guard = HttpWebhookSender(private=False, resolve=resolve)
    source = HttpPictures(guard.connections, guard.refusal)
    port = place.url.rpartition(":")[2]

    found = await source.fetch(f"https://pictures.example.com:{port}/a.png", ReadBefore())

    assert (found, len(asked), place.received) == (
        NotFetched("There is no connection to its place.", unanswered=True),
        2,
        [],
    )
    await source.aclose()
    await guard.aclose()


async def test_a_place_that_is_down_is_not_asked_for_every_picture_of_a_run() -> None:
    asked: list[str] = []

    async def resolve(host: str) -> Sequence[Address]:
        asked.append(host)
        raise OSError

    guard = HttpWebhookSender(private=True, resolve=resolve)
    source = HttpPictures(guard.connections, guard.refusal)
    places = PicturePlaces(source)

    found = [await places.fetch(f"http://down.example.com/{number}.png", ReadBefore()) for number in range(20)]

    assert len(asked) == 2 * MOST_UNANSWERED
    assert found[-1] == NotFetched(PLACE_IS_DOWN, unanswered=True)
    await PicturePlaces(source).fetch("http://down.example.com/a.png", ReadBefore())
    assert len(asked) > 2 * MOST_UNANSWERED
    await source.aclose()
    await guard.aclose()
