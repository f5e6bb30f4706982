"""Pictures of products, and the files that were uploaded to be such: what stands where, and what cannot be taken."""

from collections.abc import Sequence
from typing import Any, Final

from app.store_simulator.context import RequestContext
from app.store_simulator.ids import gid, type_of
from app.store_simulator.orders.errors import ChangeRefused

Values = dict[str, Any]

UPLOADS: Final = "/staged-uploads/"


def put_files(given: Sequence[Values], before: Sequence[Values], context: RequestContext) -> list[Values]:
    """The media of a product as its files were given: named ones stay, addresses become new ones."""
    known = {each["id"]: each for each in before}
    files: list[Values] = []
    for place, each in enumerate(given):
        path = ["input", "files", str(place)]
        if each.get("id"):
            found = known.get(each["id"]) or context.store.find(each["id"])
            if found is None or type_of(each["id"]) != "MediaImage":
                raise ChangeRefused("File does not exist", field=[*path, "id"], code="INVALID_INPUT")
            files.append({**found, **({"alt": each["alt"]} if each.get("alt") is not None else {})})
            continue
        source = str(each.get("originalSource") or "")
        if not source.startswith(("https://", "http://")):
            raise ChangeRefused("Original source is invalid", field=[*path, "originalSource"], code="INVALID_INPUT")
        content = context.store.uploads.get(source.rpartition(UPLOADS)[2]) if UPLOADS in source else b""
        if content is None:
            raise ChangeRefused("Invalid image url", field=[*path, "originalSource"], code="INVALID_INPUT")
        files.append(
            {
                "__typename": "MediaImage",
                "id": gid("MediaImage", context.store.new_number()),
                "alt": each.get("alt") or "",
                "status": "READY",
                "mediaContentType": "IMAGE",
                "fileStatus": "READY",
                "image": {"url": source},
            }
        )
    return files
