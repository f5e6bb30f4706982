"""Uploading files to the places that Shopify names for them. What becomes of a file is its caller's to know."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import httpx

from app.adapters.shopify.answers.products import StagedTargetAnswer
from app.adapters.shopify.mutations import mutated
from app.adapters.shopify.product_catalogue import STAGED_UPLOADS_CREATE
from app.adapters.shopify.transport import ShopifyTransport
from app.ports.errors import StoreRefused, StoreUnavailable
from app.ports.store_gateway import StoreRef

_TIMEOUT: Final = httpx.Timeout(120.0, connect=5.0)
_KEY: Final = "key"


class UploadFailed(StoreUnavailable):
    """The place that Shopify named did not take a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileToStage:
    """``resource`` is Shopify's word for what the file is."""

    resource: str
    filename: str
    mime_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedFile:
    """Where a file lies: by its address, or by its path, whichever a mutation asks for."""

    address: str
    path: str


async def staged(
    transport: ShopifyTransport, http: httpx.AsyncClient, store: StoreRef, files: Sequence[FileToStage]
) -> list[StagedFile]:
    """Upload the files, in their order. Nothing of the store is changed by it, so it may be repeated."""
    wanted = [
        {
            "resource": each.resource,
            "filename": each.filename,
            "mimeType": each.mime_type,
            "httpMethod": "POST",
            "fileSize": str(len(each.content)),
        }
        for each in files
    ]
    done = await mutated(
        transport, store, STAGED_UPLOADS_CREATE, {"input": wanted}, payload=lambda data: data.staged_uploads_create
    )
    targets = done.staged_targets or []
    if len(targets) != len(files):
        raise StoreRefused("Shopify named fewer places for uploads than it was asked for.")
    return [await _uploaded(http, target, file) for target, file in zip(targets, files, strict=True)]


async def _uploaded(http: httpx.AsyncClient, target: StagedTargetAnswer, file: FileToStage) -> StagedFile:
    parameters = {each.name: each.value for each in target.parameters}
    if target.url is None:
        raise StoreRefused("Shopify named no address for an upload.")
    try:
        answer = await http.post(
            target.url,
            data=parameters,
            files={"file": (file.filename, file.content, file.mime_type)},
            timeout=_TIMEOUT,
        )
    except httpx.HTTPError as error:
        raise UploadFailed(f"A file cannot be uploaded for Shopify: {type(error).__name__}.") from error
    if answer.status_code >= httpx.codes.BAD_REQUEST:
        raise UploadFailed(f"A file cannot be uploaded for Shopify: its store answers {answer.status_code}.")
    return StagedFile(address=target.resource_url or target.url, path=parameters.get(_KEY, ""))
