"""A portal of the project's own, in a process of its own: what the recipes call."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any, final
from urllib.request import ProxyHandler, Request, build_opener

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["Sandbox"]


@final
class Sandbox:
    """Serves until the ``with`` block ends."""

    def __init__(self) -> None:
        program = os.environ.get("BITRIX24_SANDBOX_PROGRAM")
        if program is None:
            raise RuntimeError(
                "BITRIX24_SANDBOX_PROGRAM names the portal's program: `cargo xtask test` sets it"
            )
        self._process = subprocess.Popen(
            [program, "--json", "--until-stdin-closes"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        self._told: dict[str, str] = json.loads(self._process.stdout.readline())

    def __getitem__(self, name: str) -> str:
        """What it told at its start: ``url``, ``webhook_url`` and so on."""
        return self._told[name]

    def order(self, name: str, **params: Any) -> Any:
        """Gives an order, as the portal's README has them."""
        url = f"{self['url']}/_sandbox/{name}"
        headers = {"Content-Type": "application/json"}
        request = Request(url, json.dumps(params).encode(), headers)
        with build_opener(ProxyHandler({})).open(request, timeout=10) as response:
            return json.load(response)["result"]

    def calls(self, method: str) -> list[dict[str, Any]]:
        """The calls of a method so far, alone or in a batch."""
        return [call for call in self.order("requests") if call["method"] == method]

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.communicate(timeout=10)
