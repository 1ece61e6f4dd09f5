from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest
from bitrix24 import AsyncClient, Client

from portal import Portal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Script = Callable[[str], subprocess.Popen[str]]


@pytest.fixture
def portal() -> Iterator[Portal]:
    with Portal() as portal:
        yield portal


@pytest.fixture
def client(portal: Portal) -> Iterator[Client]:
    with portal.client() as client:
        yield client


@pytest.fixture
def async_client(portal: Portal) -> AsyncClient:
    return portal.async_client()


@pytest.fixture
def script(portal: Portal) -> Iterator[Script]:
    """Starts a Python of its own. It finds the portal's webhook in ``URL``, and in ``PLAIN`` the
    settings of the other tests' clients.
    """
    started: list[subprocess.Popen[str]] = []

    def start(source: str) -> subprocess.Popen[str]:
        head = "import os, sys\nfrom bitrix24 import *\nURL = os.environ['URL']\n"
        head += "PLAIN = {'retries': None, 'intensity': None}\n"
        # A shell that starts the tests in the background has them ignore Ctrl-C.
        head += "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
        process = subprocess.Popen(
            [sys.executable, "-X", "faulthandler", "-c", head + textwrap.dedent(source)],
            env={**os.environ, "URL": portal.webhook},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()
