"""The file in a multipart form, as browsers send it: the last field, which is called ``file``."""

from email.parser import BytesParser
from email.policy import HTTP


def file_of_form(body: bytes, content_type: str) -> bytes | None:
    """None = the body is no such form."""
    if not content_type.startswith("multipart/form-data"):
        return None
    form = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    parts = list(form.iter_parts()) if form.is_multipart() else []
    if not parts or parts[-1].get_param("name", header="content-disposition") != "file":
        return None
    content = parts[-1].get_payload(decode=True)
    return content if isinstance(content, bytes) else None
