"""What b24pysdk makes of the portal."""

from urllib.parse import urlsplit

from b24pysdk import BitrixApp, BitrixToken, BitrixWebhook

from line import CHAT, serve


def webhook(told):
    url = urlsplit(told["webhook_url"])
    token = url.path.removeprefix("/rest/").strip("/")
    return BitrixWebhook(domain=url.netloc, webhook_token=token)


def app(told):
    return BitrixApp(client_id=told["client_id"], client_secret=told["client_secret"])


def oauth(told):
    return BitrixToken(
        domain=urlsplit(told["url"]).netloc,
        auth_token=told["access_token"],
        refresh_token=told["refresh_token"],
        bitrix_app=app(told),
    )


def chat(token):
    return token.call_method("imbot.chat.get", CHAT)["result"]["ID"]


def call(told):
    token = webhook(told)
    echo = token.call_method("sandbox.echo", told["nested"])["result"]
    return {"chats": [chat(token), chat(token)], "echo": echo}


def batch(told):
    methods = {
        "c0": ("imbot.chat.get", CHAT),
        "c1": ("sandbox.echo", told["nested"]),
        "c2": ("sandbox.echo", {"DIALOG_ID": "$result[c0][ID]"}),
        "c3": ("imbot.chat.no", {}),
    }
    result = webhook(told).call_batch(methods)["result"]
    return {
        "chat": result["result"]["c0"]["ID"],
        "echo": result["result"]["c1"],
        "reference": result["result"]["c2"],
        "failure": result["result_error"]["c3"]["error"],
    }


def listing(told):
    records = webhook(told).call_list("crm.deal.list")["result"]
    return [record["ID"] for record in records]


def keyed(told):
    records = webhook(told).call_list_fast("crm.deal.list")["result"]
    return [record["ID"] for record in records]


def refresh(told):
    token = oauth(told)
    return {
        "chats": [chat(token), chat(token)],
        "renewed": token.auth_token != told["access_token"],
    }


def exchange(told):
    renewed = app(told).get_oauth_token(told["code"])
    token = BitrixToken.from_oauth(renewed, app(told))
    token.domain = urlsplit(told["url"]).netloc
    return {"chat": chat(token), "user": renewed.user_id}


def rest3(told):
    item = webhook(told).call_method("tasks.task.get", {"id": 1}, prefer_version=3)["result"][
        "item"
    ]
    return {"found": item["id"] > 0}


def moved(told):
    """It takes the name of the host from where it is sent, and goes on there."""
    token = webhook(told)
    old = token.domain
    return {"chats": [chat(token), chat(token)], "moved": token.domain != old}


def information(told):
    token = oauth(told)
    info = token.get_app_info().result
    return {"client_id": info.client_id == told["client_id"], "user": info.user_id}


serve(
    {
        "call": call,
        "batch": batch,
        "list": listing,
        "keyed": keyed,
        "refresh": refresh,
        "exchange": exchange,
        "information": information,
        "rest3": rest3,
        "moved": moved,
    }
)
