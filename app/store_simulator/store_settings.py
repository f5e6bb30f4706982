"""Settings of one store that are not objects: its app, its limits, its clock, its page sizes.

Read from and written into the state door of the control API.
"""

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from app.store_simulator.bucket import RESTORE_RATES
from app.store_simulator.simulator import Shop

Values = dict[str, Any]

KNOWN = frozenset(
    {
        "app",
        "throttle",
        "clock",
        "order_list_page_size",
        "page_sizes",
        "query_cost",
        "query_costs",
        "customer_search",
        "job_requests",
        "bulk",
    }
)
APP_FIELDS = frozenset({"client_id", "client_secret", "access_token", "refresh_token", "scopes", "fulfilment_services"})
THROTTLE_FIELDS = frozenset(
    {"plan", "maximumAvailable", "restoreRate", "currentlyAvailable", "after_first_answer_currentlyAvailable"}
)


class SettingError(ValueError):
    """A setting has a name or a value that the simulator does not know."""


def apply_settings(shop: Shop, given: Values) -> list[str]:
    """Applies what is known and names what is not, which may be meant for somebody else."""
    store = shop.store
    _app(shop, given.get("app") or {})
    _throttle(shop, given.get("throttle") or {})
    _clock(shop, given.get("clock"))
    if "job_requests" in given:
        store.jobs.requests = int(given["job_requests"])
    _bulk(shop, given.get("bulk") or {})
    if "order_list_page_size" in given:
        store.page_sizes["orders"] = int(given["order_list_page_size"])
    store.page_sizes.update({name: int(size) for name, size in (given.get("page_sizes") or {}).items()})
    for name in ("query_cost", "query_costs"):
        store.query_costs.update({operation: int(cost) for operation, cost in (given.get(name) or {}).items()})
    for answer in given.get("customer_search") or []:
        store.planted_searches["Customer", answer["query"]] = answer["nodes"]
    return sorted(set(given) - KNOWN)


def _app(shop: Shop, given: Values) -> None:
    if set(given) - APP_FIELDS:
        raise SettingError(f"app knows {', '.join(sorted(APP_FIELDS))} only")
    app = shop.store.app
    for name in ("client_id", "client_secret", "access_token", "refresh_token"):
        if name in given:
            setattr(app, name, given[name])
    if "client_secret" in given or "access_token" in given:
        app.issued.clear()
    if "fulfilment_services" in given:
        app.fulfilment_services = set(given["fulfilment_services"])
    if "scopes" in given:
        app.scopes = {scope.strip() for scope in given["scopes"]}
        # Who may write may read.
        app.scopes |= {f"read_{scope[6:]}" for scope in app.scopes if scope.startswith("write_")}


def _throttle(shop: Shop, given: Values) -> None:
    if set(given) - THROTTLE_FIELDS:
        raise SettingError(f"throttle knows {', '.join(sorted(THROTTLE_FIELDS))} only")
    plan = given.get("plan")
    if plan is not None and plan not in RESTORE_RATES:
        raise SettingError(f"plan must be one of {', '.join(RESTORE_RATES)}")
    shop.store.bucket.configure(
        restore_rate=given.get("restoreRate", RESTORE_RATES.get(plan or "")),
        maximum=given.get("maximumAvailable"),
        available=given.get("currentlyAvailable"),
        available_after_next=given.get("after_first_answer_currentlyAvailable"),
    )


def _bulk(shop: Shop, given: Values) -> None:
    wishes = shop.store.exports.wishes
    if set(given) - {each.name for each in fields(wishes)}:
        raise SettingError(f"bulk knows {', '.join(each.name for each in fields(wishes))} only")
    for name, value in given.items():
        setattr(wishes, name, value)


def _clock(shop: Shop, given: Any) -> None:
    clock = shop.store.clock
    if isinstance(given, str):
        clock.run() if given == "real" else clock.freeze(datetime.fromisoformat(given))
    elif isinstance(given, dict) and set(given) == {"advance_seconds"}:
        clock.advance(float(given["advance_seconds"]))
    elif given is not None:
        raise SettingError('clock is a moment, "real", or {"advance_seconds": n}')


def settings_of(shop: Shop) -> Values:
    store = shop.store
    return {
        "app": {
            "client_id": store.app.client_id,
            "scopes": sorted(store.app.scopes),
            "fulfilment_services": sorted(store.app.fulfilment_services),
        },
        "throttle": store.bucket.status().as_answer(),
        "clock": store.now_text(),
        "page_sizes": store.page_sizes,
        "query_costs": store.query_costs,
        "job_requests": store.jobs.requests,
        "bulk": asdict(store.exports.wishes),
    }
