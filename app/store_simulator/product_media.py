"""Pictures of products, and the files that were uploaded to be such: what stands where, and what cannot be taken.

A new picture is looked at with the next request, or as many later as a store says; until then it has no address.
"""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any, Final

from app.store_simulator.context import RequestContext
from app.store_simulator.ids import gid, type_of
from app.store_simulator.orders.errors import ChangeRefused
from app.store_simulator.state import Store

Values = dict[str, Any]

UPLOADS: Final = "/staged-uploads/"
CDN: Final = "https://cdn.shopify.com/s/files/1/0001/0001/0001/files/"
MEDIA: Final = frozenset({"MediaImage", "Video", "ExternalVideo", "Model3d"})
BEGINNINGS: Final = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF")
UNREADABLE: Final = {
    "code": "IMAGE_PROCESSING_FAILURE",
    "message": "Image could not be processed",
    "details": "The file may be corrupt or of an unsupported type",
}


def put_files(given: Sequence[Values], before: Sequence[Values], context: RequestContext) -> list[Values]:
    """The media of a product as its files were given: named ones stay, addresses become new ones."""
    known = {each["id"]: each for each in before}
    files: list[Values] = []
    for place, each in enumerate(given):
        path = ["input", "files", str(place)]
        if each.get("id"):
            found = known.get(each["id"]) or context.store.find(each["id"])
            if found is None or type_of(each["id"]) not in MEDIA:
                raise ChangeRefused("File does not exist", field=[*path, "id"], code="INVALID_INPUT")
            files.append({**found, **({"alt": each["alt"]} if each.get("alt") is not None else {})})
        else:
            files.append(_new_file(each, path, context))
    return files


def _new_file(given: Values, path: list[str], context: RequestContext) -> Values:
    source = str(given.get("originalSource") or "")
    if not source.startswith(("https://", "http://")):
        raise ChangeRefused("Original source is invalid", field=[*path, "originalSource"], code="INVALID_INPUT")
    content = context.store.uploads.get(source.rpartition(UPLOADS)[2]) if UPLOADS in source else BEGINNINGS[1]
    if content is None:
        raise ChangeRefused("Invalid image url", field=[*path, "originalSource"], code="INVALID_INPUT")
    name = PurePosixPath(source.partition("?")[0]).name
    wanted = str(given.get("filename") or name)
    if PurePosixPath(wanted).suffix != PurePosixPath(name).suffix:
        text = "The file extension of the filename must match the original source"
        raise ChangeRefused(text, field=[*path, "filename"], code="INVALID_INPUT")
    identifier = gid("MediaImage", context.store.new_number())
    store = context.store
    store.jobs.begin(identifier, identifier, lambda: _look_at(store, identifier, wanted, content))
    return {
        "__typename": "MediaImage",
        "id": identifier,
        "alt": given.get("alt") or "",
        "status": "PROCESSING",
        "mediaContentType": "IMAGE",
        "fileStatus": "PROCESSING",
        "mediaErrors": [],
        "image": None,
    }


def _look_at(store: Store, identifier: str, name: str, content: bytes) -> list[tuple[str, Values]]:
    """A picture gets its address, under another name where that is taken; what is none fails."""
    medium = store.find(identifier)
    if medium is None:
        return []
    is_whole = content.startswith(BEGINNINGS) and (not content.startswith(b"\x89PNG") or b"IEND" in content[-12:])
    medium["status"] = medium["fileStatus"] = "READY" if is_whole else "FAILED"
    if not is_whole:
        medium["mediaErrors"] = [dict(UNREADABLE)]
        return []
    taken = {str((each.get("image") or {}).get("url", "")).partition("?")[0] for each in store.all("MediaImage")}
    path = PurePosixPath(name)
    number = store.new_number()
    if CDN + name in taken:
        name = f"{path.stem}_{number:08x}-0000-4000-8000-000000000000{path.suffix}"
    medium["image"] = {"url": f"{CDN}{name}?v={number}"}
    return []


def shown_by(variant: Values, medium_id: str, product: Values, path: list[str]) -> Values:
    """A variant that shows one of its product's pictures."""
    found = next((each for each in product.get("media") or [] if each["id"] == medium_id), None)
    if found is None:
        text = "The media does not exist on the given product."
        raise ChangeRefused(text, field=[*path, "mediaId"], code="INVALID_INPUT")
    if found.get("status") != "READY":
        raise ChangeRefused("Non-ready media are not supported.", field=[*path, "mediaId"], code="INVALID_INPUT")
    return {**variant, "media": [found], "image": found.get("image")}
