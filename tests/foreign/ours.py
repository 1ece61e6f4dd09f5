"""What our own client for Python makes of the portal: the drivers of the others do the same."""

from __future__ import annotations

import json
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bitrix24 import Answer, Client, Credential, ListRequest, OAuth, Request, request
from bitrix24.errors import Bitrix24Error

if TYPE_CHECKING:
    from collections.abc import Callable

Told = dict[str, Any]
"""What the portal told at its start, and what the task is about."""

DEALS = ListRequest.by_name("crm.deal.list", key="ID")


def roots(told: Told) -> list[bytes]:
    return [Path(told["certificate"]).read_bytes()]


def webhook(told: Told) -> Client:
    return Client.from_webhook(told["webhook_url"], root_certificates=roots(told))


def chat(client: Client) -> Any:
    found = client.imbot.chat.get(entity_type="CHAT", entity_id="13").result
    return found and found.id


def call(told: Told) -> Any:
    with webhook(told) as client:
        echo = client.call("sandbox.echo", told["nested"]).result
        return {"chats": [chat(client), chat(client)], "echo": echo}


def batch(told: Told) -> Any:
    first = request.imbot.chat.get(entity_type="CHAT", entity_id="13")
    reference = Request.by_name("sandbox.echo", {"DIALOG_ID": first.result["ID"]})
    echo = Request.by_name("sandbox.echo", told["nested"])
    failing = Request.by_name("imbot.chat.no")
    with webhook(told) as client:
        found, echoed, referred, failure = client.batch((first, echo, reference, failing))
    assert isinstance(found, Answer)
    assert isinstance(echoed, Answer)
    assert isinstance(referred, Answer)
    assert isinstance(failure, Bitrix24Error)
    return {
        "chat": found.result and found.result.id,
        "echo": echoed.result,
        "reference": referred.result,
        "failure": getattr(failure, "code", None),
    }


def several(told: Told) -> Any:
    one = request.imbot.chat.get(entity_type="CHAT", entity_id="13")
    with webhook(told) as client:
        found = client.batch([one, one])
        (echo,) = client.batch((Request.by_name("sandbox.echo", told["nested"]),))
    assert isinstance(echo, Answer)
    chats = [answer.result for answer in found if isinstance(answer, Answer)]
    return {"chats": [chat and chat.id for chat in chats], "echo": echo.result}


def listing(told: Told) -> Any:
    with webhook(told) as client:
        deals: list[Any] = list(client.records(DEALS, batched=True))
    return [deal["ID"] for deal in deals]


def keyed(told: Told) -> Any:
    with webhook(told) as client:
        deals: list[Any] = list(client.records(DEALS, keyed=True))
    return [deal["ID"] for deal in deals]


def application(told: Told, credential: Credential | None) -> OAuth:
    name, secret = told["client_id"], told["client_secret"]
    return OAuth(name, secret, credential=credential, root_certificates=roots(told))


def refresh(told: Told) -> Any:
    credential = Credential(
        told["url"],
        told["access_token"],
        refresh_token=told["refresh_token"],
        auth_server=f"{told['url']}/rest/",
    )
    oauth = application(told, credential)
    with Client.from_oauth(oauth, root_certificates=roots(told)) as client:
        chats = [chat(client), chat(client)]
    return {"chats": chats, "renewed": oauth.refreshes == 1}


def exchange(told: Told) -> Any:
    oauth = application(told, None)
    oauth.replace(oauth.exchange(told["code"], told["url"]))
    with Client.from_oauth(oauth, root_certificates=roots(told)) as client:
        return {"chat": chat(client)}


TASKS: dict[str, Callable[[Told], Any]] = {
    "call": call,
    "batch": batch,
    "several": several,
    "list": listing,
    "keyed": keyed,
    "refresh": refresh,
    "exchange": exchange,
}


def main() -> None:
    for line in sys.stdin:
        told = json.loads(line)
        try:
            outcome = {"result": TASKS[told["task"]](told)}
        except Exception:
            outcome = {"error": traceback.format_exc()}
        print(json.dumps(outcome), flush=True)


if __name__ == "__main__":
    main()
