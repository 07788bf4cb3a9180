# SPDX-License-Identifier: GPL-3.0-or-later
"""Failures of a request, as problem+json (RFC 9457)."""

import json
from http import HTTPStatus

CONTENT_TYPE = "application/problem+json"
RETRY_AFTER_S = 2


class Problem(Exception):
    """A request can't be served. `detail` is a sentence that names the field or the limit."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(status, detail)
        self.status = status
        self.detail = detail

    def to_json(self) -> bytes:
        title = HTTPStatus(self.status).phrase
        return json.dumps({"type": "about:blank", "title": title, "status": self.status, "detail": self.detail}).encode()

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(RETRY_AFTER_S)} if self.status in (429, 503) else {}
