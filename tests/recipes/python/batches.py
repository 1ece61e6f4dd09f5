"""Many calls in few requests."""

from __future__ import annotations

# README: few
from bitrix24 import JSON, Answer, Client, Request, request
from bitrix24.errors import Bitrix24Error, NotRun

# end
# README: few


def few(client: Client) -> None:
    """A few calls whose types differ: a tuple. Many of one kind: a list."""
    one = request.imbot.chat.get(entity_type="CHAT", entity_id="13")
    chat, deal = client.batch((one, Request.by_name("crm.deal.get", {"id": 7})))
    print(chat, deal)

    requests = [
        request.imbot.chat.get(entity_type="CHAT", entity_id=str(number))
        for number in range(1, 121)
    ]
    for outcome in client.batch(requests):
        if isinstance(outcome, Answer):
            print(outcome.result)
        elif isinstance(outcome, NotRun):
            print("nothing happened:", outcome)
        else:
            print("failed:", outcome)


# end
# README: reference


def users(client: Client) -> JSON:
    """The second takes the id out of the answer of the first, and is left out if that fails."""
    chat = request.imbot.chat.get(entity_type="CHAT", entity_id="13")
    users = Request.by_name("im.chat.user.list", {"CHAT_ID": chat.result["ID"]})
    _, outcome = client.batch((chat, users), halt=True)
    if isinstance(outcome, Bitrix24Error):
        raise outcome
    return outcome.result


# end
