"""What the checkers take things for. Nothing here runs: mypy and pyright read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bitrix24 import (
        Answer,
        AsyncClient,
        Client,
        Credential,
        FileStore,
        ListRequest,
        MemoryStore,
        OAuth,
        Outcome,
        Request,
        TokenStore,
        request,
    )
    from bitrix24.imbot import ChatGetResult
    from typing_extensions import assert_type

    Chat = ChatGetResult | None


def of_requests() -> None:
    chat = request.imbot.chat.get(entity_type="CHAT", entity_id="13")
    assert_type(chat, Request[Chat])
    assert_type(chat.result, Any)
    assert_type(Request.by_name("server.time"), Request[Any])
    assert_type(ListRequest.by_name("crm.deal.list"), ListRequest[Any, Any])
    # A reference goes wherever a value does.
    request.imbot.chat.get(entity_type="CHAT", entity_id=chat.result["ID"])
    # An open object takes other fields as well.
    request.tasks.task.add_v3(
        fields={"title": "A", "creatorId": 1, "responsibleId": 2, "UF_AUTO": [1]}
    )


def of_calls(
    client: Client,
    chat: Request[Chat],
    number: Request[int],
    texts: ListRequest[list[str], str],
) -> None:
    assert_type(client.send(chat), Answer[Chat])
    assert_type(client.send(texts), Answer[list[str]])
    assert_type(client.batch((chat,)), tuple[Outcome[Chat]])
    assert_type(client.batch((chat, number)), tuple[Outcome[Chat], Outcome[int]])
    assert_type(
        client.batch((chat, number, texts), halt=True),
        tuple[Outcome[Chat], Outcome[int], Outcome[list[str]]],
    )
    outcome = client.batch((number, number, number, number, number, number, number, chat))[7]
    assert_type(outcome, Outcome[Chat])
    many = (number, number, number, number, number, number, number, number, number)
    assert_type(client.batch(many), tuple[Outcome[int], ...])
    assert_type(client.batch([number, number]), list[Outcome[int]])
    for record in client.records(texts, keyed=True):
        assert_type(record, str)
    assert_type(client.records(texts).cursor, str)


def of_many(client: Client, numbers: Sequence[Request[int]]) -> None:
    assert_type(client.batch(numbers), "Sequence[Outcome[int]]")
    assert_type(client.batch(list(numbers)), list[Outcome[int]])
    assert_type(client.batch(tuple(numbers)), tuple[Outcome[int], ...])


def of_mixed_lists(client: Client, mixed: list[Request[int] | Request[str]]) -> None:
    for outcome in client.batch(mixed):
        part: Outcome[object] = outcome
        del part


async def of_awaits(
    client: AsyncClient,
    chat: Request[Chat],
    number: Request[int],
    texts: ListRequest[list[str], str],
) -> None:
    assert_type(await client.send(chat), Answer[Chat])
    assert_type(await client.batch((chat, number)), tuple[Outcome[Chat], Outcome[int]])
    assert_type(await client.batch([number, number]), list[Outcome[int]])
    async for record in client.records(texts):
        assert_type(record, str)


def of_tokens(credential: Credential) -> None:
    stores: list[TokenStore] = [MemoryStore(credential), FileStore("token.json")]
    oauth = OAuth("id", "secret", store=stores[0])
    assert_type(oauth.credential, Credential | None)
    assert_type(Client.from_oauth(oauth, retries=2, intensity=None), Client)
    assert_type(AsyncClient.from_oauth(oauth).with_options(timeout=None), AsyncClient)


def test_nothing_of_this_is_wrong() -> None:
    """By mypy and pyright: see the settings beside the package."""
