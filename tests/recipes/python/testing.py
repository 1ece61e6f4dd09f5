"""Tests of programs, without a portal."""

# README: testing
import pytest
from bitrix24 import Client
from bitrix24.errors import AccessError
from bitrix24.sandbox import Sandbox


def chat_of(client: Client, deal: int) -> int | None:
    """What is to be tested."""
    answer = client.imbot.chat.get(entity_type="DEAL", entity_id=str(deal))
    return answer.result.id if answer.result else None


def test_finds_the_chat_of_a_deal(bitrix24_sandbox: Sandbox, bitrix24_client: Client) -> None:
    # It keeps chats, so there is none for a deal that nobody opened one for.
    assert chat_of(bitrix24_client, 13) is None

    bitrix24_sandbox.answer("imbot.chat.get", {"ID": 7})
    assert chat_of(bitrix24_client, 13) == 7
    assert bitrix24_sandbox.calls("imbot.chat.get")[-1].parameters["ENTITY_ID"] == "13"

    bitrix24_sandbox.fail("imbot.chat.get", "ACCESS_ERROR")
    with pytest.raises(AccessError):
        chat_of(bitrix24_client, 13)

    # A connection that breaks is no reason to give up: reading may be repeated.
    bitrix24_sandbox.fault("imbot.chat.get", "reset")
    assert chat_of(bitrix24_client, 13) == 7


# end
