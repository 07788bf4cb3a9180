# SPDX-License-Identifier: GPL-3.0-or-later
"""Authentication, as ASGI middleware before the whole web application."""

import hmac
from enum import Enum
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tile_upscale_gpu.problem import CONTENT_TYPE, Problem

# Probes of a supervisor carry no token, and the answers tell nothing else.
OPEN_PATHS = ("/livez", "/readyz")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class AuthMode(Enum):
    TOKEN = "token"  # the request carries our bearer token
    PROXY = "proxy"  # a proxy, such as Modal's, has authenticated the caller
    LOOPBACK = "loopback"  # the caller is a program on this machine


def is_loopback(host: str) -> bool:
    return host in LOOPBACK


class AuthMiddleware:
    """Answers requests that are not authorized with 401 or 403; passes the others on."""

    def __init__(self, app: ASGIApp, mode: AuthMode, token: str = "") -> None:
        if mode is AuthMode.TOKEN and not token:
            raise ValueError("AuthMode.TOKEN needs a token")
        self.app = app
        self.mode = mode
        self.token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_checked = scope["type"] == "http" and scope["path"] not in OPEN_PATHS
        problem = self._refuse(scope) if is_checked else None
        if not problem:
            await self.app(scope, receive, send)
            return
        headers = {"WWW-Authenticate": "Bearer"} if problem.status == 401 else {}
        await Response(problem.to_json(), problem.status, headers, CONTENT_TYPE)(scope, receive, send)

    def _refuse(self, scope: Scope) -> Problem | None:
        headers = Headers(scope=scope)
        if self.mode is AuthMode.TOKEN:
            return self._refuse_token(headers.get("authorization", ""))
        if self.mode is AuthMode.LOOPBACK:
            return _refuse_foreign(headers, scope.get("client"))
        return None

    def _refuse_token(self, given: str) -> Problem | None:
        scheme, _, token = given.partition(" ")
        if not given:
            return Problem(401, "this endpoint wants a bearer token: set it in the endpoint's settings")
        if scheme.lower() != "bearer" or not hmac.compare_digest(token.strip().encode(), self.token.encode()):
            return Problem(401, "the bearer token is not the one of this endpoint")
        return None


def _refuse_foreign(headers: Headers, client: tuple[str, int] | None) -> Problem | None:
    """Refuses pages in a browser: they reach loopback under a host name of their own (DNS rebinding) or send an Origin."""
    try:
        host = urlsplit("//" + headers.get("host", "")).hostname or ""
    except ValueError:
        host = ""
    if "origin" in headers or not is_loopback(host) or (client and not is_loopback(client[0])):
        return Problem(403, "this endpoint answers programs on this machine only, not pages in a browser")
    return None
