"""Places to which files are uploaded before a mutation names them."""

from typing import Any, Final

from app.store_simulator.context import RequestContext
from app.store_simulator.mutations.registry import mutation, user_error
from app.store_simulator.product_media import UPLOADS

Values = dict[str, Any]

MOST_BYTES: Final = {"IMAGE": 20 * 1024 * 1024, "BULK_MUTATION_VARIABLES": 100 * 1024 * 1024}


@mutation("stagedUploadsCreate")
def staged_uploads_create(arguments: Values, context: RequestContext) -> Values:
    targets: list[Values] = []
    for place, given in enumerate(arguments["input"]):
        most = MOST_BYTES.get(given["resource"])
        if most is not None and int(given.get("fileSize") or 0) > most:
            text = f"File size is too large (maximum is {most // 1024 // 1024} MB)"
            return {"stagedTargets": [], "userErrors": [user_error(text, "input", str(place), "fileSize")]}
        store = context.store
        key = f"tmp/{store.new_number()}/{given['resource'].lower()}/{given['filename']}"
        # Nothing lies there until it is uploaded.
        store.uploads[key] = None
        address = f"{store.exports.base_url}{store.domain}{UPLOADS}{key}"
        targets.append(
            {
                "url": address,
                "resourceUrl": address,
                "parameters": [
                    {"name": "Content-Type", "value": given["mimeType"]},
                    {"name": "key", "value": key},
                    {"name": "policy", "value": "simulated"},
                ],
            }
        )
    return {"stagedTargets": targets, "userErrors": []}
