"""What is pushed to webhook endpoints: the event as the feed shows it, byte for byte the same over all attempts."""

import json
from datetime import UTC, datetime

from app.ports.repositories.events import FeedEvent

TEST = "webhook_endpoint.test"
"""The type of what is sent on request only; it is no event and has no position."""


def event_body(event: FeedEvent) -> bytes:
    """The event of the feed, which holds no personal data."""
    return _json(
        {
            "id": event.id,
            "position": event.position,
            "type": event.type,
            "occurred_at": _in_utc(event.occurred_at),
            "shop": event.shop,
            "resource": {
                "type": event.resource_type,
                "id": event.resource_id,
                "version": event.resource_version,
                "url": event.url,
            },
        }
    )


def test_body(message_id: str, *, endpoint: str, version: int, now: datetime) -> bytes:
    """What a test sends: shaped as an event, of no shop and without a position."""
    return _json(
        {
            "id": message_id,
            "position": None,
            "type": TEST,
            "occurred_at": _in_utc(now),
            "shop": None,
            "resource": {
                "type": "webhook_endpoint",
                "id": endpoint,
                "version": version,
                "url": f"/v1/webhook-endpoints/{endpoint}",
            },
        }
    )


def _in_utc(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _json(content: dict[str, object]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
