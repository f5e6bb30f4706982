"""Shopify's own doors over HTTP: the GraphQL endpoint and the token endpoint.

Carries planted faults out, since most of them are matters of transport. Does not know the control API.
"""

import asyncio
import contextlib
import dataclasses
import json
import uuid
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request as HttpRequest
from starlette.responses import FileResponse, RedirectResponse, Response

from app.store_simulator.answers import error_entry, internal_error, throttled
from app.store_simulator.engine import Outcome, Request
from app.store_simulator.exports import is_gone
from app.store_simulator.faults import Fault, FaultKind
from app.store_simulator.form_files import file_of_form
from app.store_simulator.ids import gid, timestamp
from app.store_simulator.simulator import Shop, Simulator, call_entry
from app.store_simulator.state import Values
from app.store_simulator.tokens import callback_url, granted
from app.store_simulator.versions import answering_version

SECONDS_TO_HANG = 60.0
TOKEN_OPERATION = "access_token"
BULK_RESULT = "bulk_result"
"""The name under which faults know the reading of a bulk operation's file."""
STAGED_UPLOAD = "staged_upload"
"""The name under which faults know the upload of a file."""
EXPIRED_LINK = "<?xml version='1.0' encoding='UTF-8'?><Error><Code>ExpiredToken</Code></Error>"
BAD_TOKEN = "[API] Invalid API key or access token (unrecognized login or wrong password)"
ERROR_PAGE = (
    "<!DOCTYPE html><html><head><title>{status}</title></head><body><h1>{status}</h1><p>{text}</p></body></html>"
)


def json_response(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(body), status, headers, media_type="application/json")


class AdminApi:
    """The endpoints below /{store_domain}/admin."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    async def graphql(self, http: HttpRequest) -> Response:
        shop = self._simulator.shop(http.path_params["store_domain"])
        shop.store.exports.base_url = str(http.base_url)
        version = answering_version(http.path_params["version"], shop.store.clock.now())
        if version is None:
            return json_response({"errors": "Not Found"}, 404)
        request_id = str(uuid.uuid4())
        date = format_datetime(shop.store.clock.ticking(), usegmt=True)
        headers = {"X-Request-Id": request_id, "X-Shopify-API-Version": version, "Date": date}
        body = await http.body()
        request = _parse(body, http.headers.get("content-type", ""), version, request_id)
        if not shop.store.app.accepts(http.headers.get("x-shopify-access-token"), shop.store.clock.now()):
            self._note(shop, request or Request(query=""), None, 401, [])
            return json_response({"errors": BAD_TOKEN}, 401, headers)
        if request is None:
            return json_response({"errors": {"query": "Required parameter missing or invalid"}}, 400, headers)
        faults = shop.faults.take(self._simulator.engine.name_of(request.query, request.operation_name))
        response = await self._with_faults(http, shop, request, {fault.kind: fault for fault in faults})
        response.headers.update(headers)
        return response

    async def _with_faults(
        self, http: HttpRequest, shop: Shop, request: Request, faults: dict[FaultKind, Fault]
    ) -> Response:
        if FaultKind.LATENCY in faults:
            await asyncio.sleep(float(faults[FaultKind.LATENCY].options.get("seconds", 1)))
        if FaultKind.TIMEOUT_BEFORE in faults:
            self._note(shop, request, None, 504, list(faults.values()))
            return await _hang(http, faults[FaultKind.TIMEOUT_BEFORE])
        early = _refusal(faults)
        if early is not None:
            self._note(shop, request, None, early.status_code, list(faults.values()))
            return early
        if FaultKind.THROTTLED in faults:
            outcome = Outcome(body={"errors": [throttled()], "extensions": _empty_bucket(shop)})
        else:
            outcome = _as_told(shop, request, self._execute(shop, request, faults), faults)
        if FaultKind.PARTIAL_DATA in faults:
            _take_away(outcome, faults[FaultKind.PARTIAL_DATA], request.request_id)
        self._note(shop, request, outcome, 200, list(faults.values()))
        if FaultKind.TIMEOUT_AFTER in faults:
            return await _hang(http, faults[FaultKind.TIMEOUT_AFTER])
        response = json_response(outcome.body)
        if FaultKind.CUT_JSON in faults:
            content = bytes(response.body)
            return Response(content[: len(content) // 2], media_type="application/json")
        return response

    async def bulk_result(self, http: HttpRequest) -> Response:
        """The file of a bulk operation, to whoever has its address; a week after its end it is no longer given out."""
        shop, number = self._simulator.shop(http.path_params["store_domain"]), http.path_params["number"]
        operation = shop.store.find(gid("BulkOperation", number))
        path = shop.store.exports.files.get(number)
        faults = {fault.kind: fault for fault in shop.faults.take(BULK_RESULT)}
        if FaultKind.LATENCY in faults:
            await asyncio.sleep(float(faults[FaultKind.LATENCY].options.get("seconds", 1)))
        early = _refusal(faults)
        if early is not None:
            return early
        if operation is None or path is None or is_gone(operation, shop.store.clock.now()):
            return Response(EXPIRED_LINK, 400, media_type="application/xml")
        if FaultKind.CUT_JSON in faults:
            content = path.read_bytes()
            return Response(content[: len(content) // 2], media_type="application/jsonl")
        return FileResponse(path, media_type="application/jsonl")

    async def upload(self, http: HttpRequest) -> Response:
        """A file for a place that was asked for: as it is by PUT, in the last field of a form by POST."""
        shop, key = self._simulator.shop(http.path_params["store_domain"]), http.path_params["key"]
        faults = {fault.kind: fault for fault in shop.faults.take(STAGED_UPLOAD)}
        early = _refusal(faults)
        if early is not None:
            return early
        if key not in shop.store.uploads:
            return Response(EXPIRED_LINK, 403, media_type="application/xml")
        body = await http.body()
        content = body if http.method == "PUT" else file_of_form(body, http.headers.get("content-type", ""))
        if content is None:
            return Response(EXPIRED_LINK, 400, media_type="application/xml")
        shop.store.uploads[key] = content
        return Response(status_code=201)

    def _execute(self, shop: Shop, request: Request, faults: dict[FaultKind, Fault]) -> Outcome:
        planted: dict[str, list[Values]] = {}
        if FaultKind.USER_ERRORS in faults:
            options = faults[FaultKind.USER_ERRORS].options
            default = [{"field": None, "message": "Planted refusal", "code": None}]
            planted[options["mutation"]] = options.get("userErrors") or default
        return self._simulator.answer(shop, dataclasses.replace(request, planted_errors=planted))

    def _note(self, shop: Shop, request: Request, outcome: Outcome | None, status: int, faults: list[Fault]) -> None:
        at = timestamp(shop.store.clock.now())
        entry = call_entry(request, outcome, at=at, status=status, faults=faults)
        if not entry["operation"]:
            entry["operation"] = self._simulator.engine.name_of(request.query, None) if request.query else ""
        shop.note(entry)

    async def access_token(self, http: HttpRequest) -> Response:
        """A token, by any grant that Shopify knows for apps."""
        shop = self._simulator.shop(http.path_params["store_domain"])
        given = await _token_request(http)
        faults = {fault.kind: fault for fault in shop.faults.take(TOKEN_OPERATION)}
        early = _refusal(faults)
        status, answer = (early.status_code, {}) if early is not None else granted(shop, given)
        shop.note(
            {
                "at": timestamp(shop.store.clock.now()),
                "operation": TOKEN_OPERATION,
                "kind": "oauth",
                "variables": {"grant_type": given.get("grant_type")},
                "status": status,
                "faults": [kind.value for kind in faults],
            }
        )
        return early or json_response(answer, status)

    async def authorize(self, http: HttpRequest) -> Response:
        """The page on which a merchant lets the app in; here he always does, at once."""
        shop, asked = self._simulator.shop(http.path_params["store_domain"]), http.query_params
        if asked.get("client_id") != shop.store.app.client_id:
            return json_response({"error": "invalid_client"}, 400)
        return RedirectResponse(callback_url(shop, asked["redirect_uri"], asked.get("state", "")), 302)


def _parse(body: bytes, content_type: str, version: str, request_id: str) -> Request | None:
    if content_type.startswith("application/graphql"):
        return Request(query=body.decode(errors="replace"), api_version=version, request_id=request_id)
    try:
        content = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None
    if not isinstance(content, dict) or not isinstance(content.get("query"), str):
        return None
    variables = content.get("variables")
    return Request(
        query=content["query"],
        variables=variables if isinstance(variables, dict) else {},
        operation_name=content.get("operationName"),
        api_version=version,
        request_id=request_id,
    )


async def _token_request(http: HttpRequest) -> Values:
    body = await http.body()
    if "json" in http.headers.get("content-type", ""):
        try:
            content = json.loads(body)
        except ValueError:
            return {}
        return content if isinstance(content, dict) else {}
    return dict(parse_qsl(body.decode(errors="replace")))


def _refusal(faults: dict[FaultKind, Fault]) -> Response | None:
    """Faults that answer in place of the store."""
    if FaultKind.UNAUTHORIZED in faults:
        return json_response({"errors": BAD_TOKEN}, 401)
    if FaultKind.RATE_LIMITED in faults:
        seconds = str(faults[FaultKind.RATE_LIMITED].options.get("retryAfter", "1.0"))
        return json_response({"errors": "Exceeded API rate limit"}, 429, {"Retry-After": seconds})
    if FaultKind.SERVER_ERROR in faults:
        status = int(faults[FaultKind.SERVER_ERROR].options.get("status", 503))
        page = ERROR_PAGE.format(status=status, text="Something went wrong.")
        return Response(page, status, media_type="text/html")
    if FaultKind.ANSWER in faults:
        options = faults[FaultKind.ANSWER].options
        return json_response(options.get("body"), int(options.get("status", 200)))
    return None


async def _hang(http: HttpRequest, fault: Fault) -> Response:
    """Never answers in time: waits until the caller has gone, or the fault's own patience is over."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(float(fault.options.get("seconds", SECONDS_TO_HANG))):
            while (await http.receive())["type"] != "http.disconnect":
                pass
    return Response(ERROR_PAGE.format(status=504, text="Gateway timeout"), 504, media_type="text/html")


def _as_told(shop: Shop, request: Request, outcome: Outcome, faults: dict[FaultKind, Fault]) -> Outcome:
    """The outcome, or what was said before in its place."""
    if FaultKind.STALE_PAGE in faults:
        return shop.earlier.as_before(request, outcome)
    if FaultKind.REPEATED_PAGE in faults:
        return shop.earlier.page_before(request, outcome)
    if FaultKind.PARTIAL_DATA not in faults:
        shop.earlier.note(request, outcome)
    return outcome


def _empty_bucket(shop: Shop) -> Values:
    status = {**shop.store.bucket.status().as_answer(), "currentlyAvailable": 0}
    return {"cost": {"requestedQueryCost": None, "actualQueryCost": None, "throttleStatus": status}}


def _take_away(outcome: Outcome, fault: Fault, request_id: str) -> None:
    """Nulls one place of the data and says so in errors[], as a missing permission or an inner fault would."""
    data = outcome.body.get("data")
    if not isinstance(data, dict):
        return
    path = list(fault.options.get("path") or [next(iter(data))])
    _null_at(data, path)
    code = fault.options.get("code", "INTERNAL_SERVER_ERROR")
    if code == "INTERNAL_SERVER_ERROR":
        entry = internal_error(request_id)
        entry["path"] = path
    else:
        message = fault.options.get("message", f"Access denied for {path[-1]} field.")
        entry = error_entry(message, {"code": code}, path=path)
    outcome.body = {**outcome.body, "errors": [*outcome.body.get("errors", []), entry]}


def _null_at(data: Any, path: list[Any]) -> None:
    for step in path[:-1]:
        data = data[step] if _has(data, step) else None
    if _has(data, path[-1]):
        data[path[-1]] = None


def _has(data: Any, step: Any) -> bool:
    if isinstance(data, list):
        return isinstance(step, int) and step < len(data)
    return isinstance(data, dict) and step in data
