"""Pictures of items, on the wire."""

from typing import Annotated

from pydantic import Field, StringConstraints

from app.api.schemas.types import AnswerBody, Code, RequestBody
from app.domain.pictures import MOST_PICTURES
from app.ports.repositories.products import ItemImage, ItemImages

EXAMPLE = "https://pim.example.com/pictures/teapot-front.jpg"
PictureUrl = Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class ItemImageGiven(RequestBody):
    """A picture of an item."""

    url: PictureUrl = Field(
        description="Where it is read: a public https address, without redirects. PNG, JPEG, GIF or WebP, 20 MB and"
        " 25 megapixels at most.",
        examples=[EXAMPLE],
    )
    alt: Annotated[str, StringConstraints(max_length=512)] = Field(
        default="", description="What it shows, for those who cannot see it.", examples=["The teapot from the front"]
    )
    variant_code: Code | None = Field(
        default=None, description="The item variant that shows it, too; one picture each.", examples=["RED"]
    )


class ItemImagesGiven(RequestBody):
    """All pictures of an item."""

    images: Annotated[list[ItemImageGiven], Field(max_length=MOST_PICTURES)] = Field(
        description="In their order. What is at the product from earlier and is not here is taken off."
    )


class ItemImageShown(AnswerBody):
    """A picture of an item."""

    url: str = Field(description="Where it is read.", examples=[EXAMPLE])
    alt: str = Field(description="What it shows.", examples=["The teapot from the front"])
    variant_code: str | None = Field(description="The item variant that shows it, too.", examples=["RED"])


class ItemImagesShown(AnswerBody):
    """All pictures of an item."""

    images: list[ItemImageShown] = Field(description="In their order.")


def images_of(given: ItemImagesGiven) -> list[ItemImage]:
    return [ItemImage(url=each.url, alt=each.alt, variant_code=each.variant_code) for each in given.images]


def images_shown(kept: ItemImages) -> ItemImagesShown:
    return ItemImagesShown(
        images=[ItemImageShown(url=each.url, alt=each.alt, variant_code=each.variant_code) for each in kept.images]
    )
