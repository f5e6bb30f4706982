"""P72: what a picture is, how a file of ours is known again, and in which order a product's media stand."""

import struct

import pytest

from app.domain.identifiers import ShopifyId
from app.domain.pictures import (
    MOST_BYTES,
    PictureFormat,
    PlacedMedium,
    StandingMedium,
    WantedPicture,
    arranged,
    digest_in,
    digest_of,
    file_name,
    picture_in,
    stands,
    withdrawn,
)
from tests.picture_shelf import a_png

JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xff\xc4\x00\x03x\xff\xc2\x00\x11\x08\x00\x07\x00\x05\x03"
WEBP = b"RIFF\x00\x00\x00\x00WEBP"


def a_medium(file_id: str, digest: str | None = None, alt: str = "") -> StandingMedium:
    return StandingMedium(file_id=file_id, alt=alt, digest=digest)


def a_wish(digest: str, alt: str = "") -> WantedPicture:
    return WantedPicture(digest=digest, alt=alt)


@pytest.mark.parametrize(
    ("content", "mime_type", "extension", "size"),
    [
        (a_png(width=3, height=2), "image/png", "png", (3, 2)),
        (b"GIF89a\x05\x00\x07\x00", "image/gif", "gif", (5, 7)),
        (JPEG, "image/jpeg", "jpg", (5, 7)),
        (WEBP + b"VP8X" + b"\0" * 8 + b"\x04\0\0\x06\0\0", "image/webp", "webp", (5, 7)),
        (WEBP + b"VP8L" + b"\0" * 5 + struct.pack("<I", 4 | 6 << 14) + b"\0" * 9, "image/webp", "webp", (5, 7)),
        (WEBP + b"VP8 " + b"\0" * 10 + b"\x05\0\x07\0", "image/webp", "webp", (5, 7)),
    ],
    ids=["png", "gif", "jpeg", "webp with extras", "webp without loss", "webp"],
)
def test_a_picture_is_known_by_its_first_bytes(
    content: bytes, mime_type: str, extension: str, size: tuple[int, int]
) -> None:
    found = picture_in(content)
    assert found == PictureFormat(mime_type=mime_type, extension=extension, width=size[0], height=size[1])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no picture"),
        (b"<svg/>", "no picture"),
        (b"\x89PNG\r\n\x1a\n", "no picture"),
        (b"\xff\xd8" + b"\xff" * 10_000 + JPEG[2:], "no picture"),
        (b"\xff\xd8\xff\xe0\x00\x04ab", "no picture"),
        (WEBP + b"VP8?" + b"\0" * 14, "no picture"),
        (b"GIF89a\x00\x00\x07\x00", "no picture"),
        (b"GIF8", "no picture"),
        (b"RIFF\0\0\0\0WAVE" + b"\0" * 18, "no picture"),
        (a_png(width=1) + b"\0" * MOST_BYTES, "larger than 20 MB"),
        (b"\x89PNG\r\n\x1a\n" + b"\0\0\0\x0dIHDR" + struct.pack(">II", 5001, 5000), "5001 × 5000 pixels"),
    ],
    ids=[
        "nothing",
        "svg",
        "cut",
        "endless",
        "no frame",
        "odd",
        "no width",
        "short",
        "sound",
        "too large",
        "too many pixels",
    ],
)
def test_what_no_store_takes_is_refused_in_words(content: bytes, words: str) -> None:
    assert words in str(picture_in(content))


def test_a_file_of_ours_is_known_by_its_name_also_when_shopify_added_to_it() -> None:
    digest = digest_of(b"content")
    name = file_name("Tea/Pot #1", digest, "png")

    assert name == f"tea-pot-1-ob{digest}.png"
    assert file_name("茶", digest, "png").endswith(f"-ob{digest}.png")
    stem = name.removesuffix(".png")
    for known in (name, f"{stem}_5f0c7c44-8a8e-4a1e-9d39-0c1c2f6b0f00.png", f"files/{stem}.jpg"):
        assert digest_in(known) == digest


@pytest.mark.parametrize(
    "name", ["", "teapot.png", f"teapot-{'a' * 32}.png", f"x-ob{'a' * 31}.png", f"ob{'g' * 32}.png"]
)
def test_a_file_of_the_merchant_is_not_ours(name: str) -> None:
    assert digest_in(name) is None


def test_ours_stand_in_the_order_of_the_erp_before_what_people_put_there() -> None:
    standing = [a_medium("f1", alt="theirs"), a_medium("f2", "A", alt="old"), a_medium("f3", "GONE")]

    placed = arranged([a_wish("B"), a_wish("A", "new"), a_wish("B", "again")], standing)

    assert placed == (
        PlacedMedium(file_id=None, digest="B", alt=""),
        PlacedMedium(file_id="f2", digest="A", alt="new"),
        PlacedMedium(file_id="f1", digest=None, alt=None),
    )
    assert not stands(placed, standing)


def test_what_stands_already_is_left_alone_and_a_doubled_picture_of_ours_is_not() -> None:
    standing = [a_medium("f1", "A"), a_medium("f2", alt="theirs")]
    doubled = [*standing, a_medium("f3", "A")]

    assert stands(arranged([a_wish("A")], standing), standing)
    assert not stands(arranged([a_wish("A", "text")], standing), standing)
    assert not stands(arranged([a_wish("A")], doubled), doubled)


def test_only_what_stays_and_is_not_wanted_for_a_variant_is_taken_from_it() -> None:
    one, two, three = map(ShopifyId, "123")
    before = {one: "f1", two: "f2", three: "f3"}
    assert withdrawn(before, {two}, {"f1", "f2"}) == {one: "f1"}
