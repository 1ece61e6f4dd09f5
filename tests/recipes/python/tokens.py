"""Tokens that renew themselves."""

from __future__ import annotations

# README: oauth
from pathlib import Path

from bitrix24 import Client, FileStore, Installation, OAuth, Secret

# end
# README: oauth


def start(client_id: str, client_secret: str, file: Path) -> tuple[OAuth, Client]:
    """One for each portal. The client works as soon as the file holds a credential."""
    oauth = OAuth(client_id, client_secret, store=FileStore(file))
    return oauth, Client.from_oauth(oauth)


def authorized(oauth: OAuth, code: str, server_domain: str) -> None:
    """The user came back from ``oauth.authorize_url(portal, state)``, with a code."""
    oauth.replace(oauth.exchange(code, server_domain))


def installed(oauth: OAuth, portal: str, body: bytes) -> Secret | None:
    """The portal, such as ``https://portal.bitrix24.com``, posted ``ONAPPINSTALL``, or somebody
    forged it. What is returned proves later events: keep it."""
    installation = Installation.from_event(body)
    credential = installation.credential
    with Client.from_token(credential.portal, credential.access_token) as posted:
        if posted.portal != portal:
            raise ValueError("the event is that of another portal")
        posted.call("profile")
    oauth.replace(credential)
    return installation.application_token


def proven(body: bytes, kept: Secret | None) -> bool:
    """Tells whether the portal posted an event, rather than anybody else."""
    return kept is not None and Installation.token_of(body) == kept


# end
