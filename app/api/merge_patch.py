"""JSON merge patch (RFC 7396): absent = leave, null = clear, arrays are replaced. The result is validated."""

from typing import Annotated, Any

from fastapi import Body

Patch = Annotated[dict[str, Any], Body(media_type="application/merge-patch+json")]


def merged(target: Any, patch: Any) -> Any:
    """The target with the patch applied; neither is changed.

    A null for a field that the target does not have stays, so that validation can say there is no such field.
    """
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None and name in result:
            del result[name]
        else:
            result[name] = merged(result.get(name), value)
    return result
