"""What fast_bitrix24 makes of the portal."""

import json
import ssl
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from fast_bitrix24 import Bitrix

from line import CHAT, serve


def webhook(told):
    return Bitrix(told["webhook_url"], verbose=False)


def chat(client):
    return client.call("imbot.chat.get", CHAT, raw=True)["result"]["ID"]


def call(told):
    client = webhook(told)
    echo = client.call("sandbox.echo", told["nested"], raw=True)["result"]
    return {"chats": [chat(client), chat(client)], "echo": echo}


def raw(told):
    """A batch as the caller writes it. It raises what a command fails with: here, none does."""
    client = webhook(told)
    commands = {
        "c0": "imbot.chat.get?ENTITY_TYPE=CHAT&ENTITY_ID=13",
        "c1": "sandbox.echo?DIALOG_ID=$result[c0][ID]",
    }
    result = client.call_batch({"halt": 0, "cmd": commands})
    return {"chat": result["c0"]["ID"], "reference": result["c1"]}


def several(told):
    """It makes batches of its own of all that is not to be sent as it is."""
    client = webhook(told)
    chats = client.call("imbot.chat.get", [CHAT, CHAT])
    [echo] = client.call("sandbox.echo", told["nested"]).values()
    return {"chats": list(chats), "echo": echo}


def listing(told):
    records = webhook(told).get_all("crm.deal.list")
    return sorted(record["ID"] for record in records)


def refresh(told):
    """It asks its user for a token when it has none, and when one is refused."""
    given = []

    async def token():
        if not given:
            given.append(told["access_token"])
            return given[-1]
        asked = {
            "grant_type": "refresh_token",
            "client_id": told["client_id"],
            "client_secret": told["client_secret"],
            "refresh_token": told["refresh_token"],
        }
        url = f"{told['url']}/oauth/token/?{urlencode(asked)}"
        asking = Request(url, headers={"User-Agent": "driver"})
        with urlopen(asking, context=ssl.create_default_context()) as answer:
            given.append(json.load(answer)["access_token"])
        return given[-1]

    client = Bitrix(f"{told['url']}/rest/", token_func=token, verbose=False)
    return {"chats": [chat(client), chat(client)], "renewed": len(given) == 2}


serve(
    {"call": call, "raw": raw, "several": several, "list": listing, "refresh": refresh},
)
