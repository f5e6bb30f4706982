"""Pictures of items as pictures of a product: what a picture is, which stand there already, in which order (P72).

Reference PRD-25. Knows neither where pictures come from nor how they are sent.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.identifiers import ShopifyId
from app.domain.text_folding import fold

MOST_PICTURES: Final = 250
"""Of one product, by Shopify."""
MOST_BYTES: Final = 20 * 1024 * 1024
MOST_PIXELS: Final = 25_000_000
MOST_SEGMENTS: Final = 5_000
"""Of a JPEG before its frame: what has more is made to keep its reader busy."""
_DIGEST_LENGTH: Final = 32
_NO_NAME: Final = re.compile(r"[^a-z0-9]+")
_OUR_NAME: Final = re.compile(rf"-ob([0-9a-f]{{{_DIGEST_LENGTH}}})(?:_[^/.]*)?\.[a-z]+$")
"""What we call a file. Where a name is taken Shopify adds ``_`` and letters of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFormat:
    mime_type: str
    extension: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPicture:
    """A picture that the product is to show, by the digest of its content."""

    digest: str
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingMedium:
    """What stands at a product: a picture, or a film. ``digest`` None = it is not from us."""

    file_id: str
    alt: str
    digest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedMedium:
    """A place in a product's row of media. ``file_id`` None = new. What is not from us has no ``digest`` and keeps
    its ``alt`` (None).
    """

    file_id: str | None
    digest: str | None
    alt: str | None


def digest_of(content: bytes) -> str:
    """By which a content is known again, here and in the name of its file."""
    return hashlib.sha256(content).hexdigest()[:_DIGEST_LENGTH]


def file_name(item_no: str, digest: str, extension: str) -> str:
    """A name that tells the item to people and the content to us: so a picture is known again whose sending nobody
    saw the end of.
    """
    return f"{_words(item_no)}-ob{digest}.{extension}"


def digest_in(name: str, item_no: str | None = None) -> str | None:
    """The digest in the name of a file of ours, of this item where one is named; None = it is none."""
    found = _OUR_NAME.search(name)
    if found is None or (item_no is not None and name[: found.start()] != _words(item_no)):
        return None
    return found[1]


def _words(item_no: str) -> str:
    return _NO_NAME.sub("-", fold(item_no)).strip("-")[:60] or "item"


def arranged(wanted: Sequence[WantedPicture], standing: Sequence[StandingMedium]) -> tuple[PlacedMedium, ...]:
    """The media of a product as they are to be: the ERP's pictures in their order, each once, those that stand there
    by their files; then whatever people put there. Of ours nothing else stays.
    """
    there: dict[str, str] = {}
    for each in standing:
        if each.digest is not None:
            there.setdefault(each.digest, each.file_id)
    first = {each.digest: each for each in reversed(wanted)}
    in_order = dict.fromkeys(each.digest for each in wanted)
    ours = [PlacedMedium(file_id=there.get(each), digest=each, alt=first[each].alt) for each in in_order]
    others = [PlacedMedium(file_id=each.file_id, digest=None, alt=None) for each in standing if each.digest is None]
    return (*ours, *others)


def stands(placed: Sequence[PlacedMedium], standing: Sequence[StandingMedium]) -> bool:
    """Whether the product's media are already as they are to be."""
    wanted = [(each.file_id, each.alt) for each in placed]
    there = [(each.file_id, None if each.digest is None else each.alt) for each in standing]
    return wanted == there


def withdrawn(
    before: Mapping[ShopifyId, str], wanted: Collection[ShopifyId], there: Collection[str]
) -> dict[ShopifyId, str]:
    """Of the files that were shown for variants, those that are not any more though they stay; by variant."""
    return {variant: file for variant, file in before.items() if variant not in wanted and file in there}


def picture_in(content: bytes) -> PictureFormat | str:
    """What the bytes are a picture of, or in words why they are none that a store takes."""
    if len(content) > MOST_BYTES:
        return f"The file is larger than {MOST_BYTES // 1024 // 1024} MB."
    for begins_with, mime_type, extension, sized in _FORMATS:
        if not content.startswith(begins_with):
            continue
        size = sized(content)
        if size is None or not all(size):
            break
        width, height = size
        if width * height > MOST_PIXELS:
            return f"It has {width} × {height} pixels; {MOST_PIXELS // 1_000_000} megapixels are the most."
        return PictureFormat(mime_type=mime_type, extension=extension, width=width, height=height)
    return "It is no picture in PNG, JPEG, GIF or WebP."


Size = tuple[int, int] | None


def _png(content: bytes) -> Size:
    if content[12:16] != b"IHDR" or len(content) < 24:
        return None
    return int.from_bytes(content[16:20]), int.from_bytes(content[20:24])


def _gif(content: bytes) -> Size:
    if len(content) < 10:
        return None
    return int.from_bytes(content[6:8], "little"), int.from_bytes(content[8:10], "little")


def _jpeg(content: bytes) -> Size:
    """From the frame header: the marker C0…CF, but for those that are tables (C4, C8, CC)."""
    place = 2
    for _ in range(MOST_SEGMENTS):
        if place + 9 > len(content) or content[place] != 0xFF:
            break
        marker = content[place + 1]
        if marker == 0xFF:
            place += 1
        elif 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            return int.from_bytes(content[place + 7 : place + 9]), int.from_bytes(content[place + 5 : place + 7])
        elif marker == 0x01 or 0xD0 <= marker <= 0xD9:
            place += 2
        else:
            place += 2 + int.from_bytes(content[place + 2 : place + 4])
    return None


def _webp(content: bytes) -> Size:
    if content[8:12] != b"WEBP" or len(content) < 30:
        return None
    kind = content[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(content[24:27], "little"), 1 + int.from_bytes(content[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        return (
            int.from_bytes(content[26:28], "little") & 0x3FFF,
            int.from_bytes(content[28:30], "little") & 0x3FFF,
        )
    return None


_FORMATS: Final[Sequence[tuple[bytes, str, str, Callable[[bytes], Size]]]] = (
    (b"\x89PNG\r\n\x1a\n", "image/png", "png", _png),
    (b"\xff\xd8\xff", "image/jpeg", "jpg", _jpeg),
    (b"GIF8", "image/gif", "gif", _gif),
    (b"RIFF", "image/webp", "webp", _webp),
)
