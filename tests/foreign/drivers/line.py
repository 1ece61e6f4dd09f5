"""How the check and a driver talk: a line of JSON for each task, and one for its outcome.

It also stands in for the system's resolver, so that clients reach hosts that they name themselves.
"""

import json
import os
import socket
import sys
import traceback

CHAT = {"ENTITY_TYPE": "CHAT", "ENTITY_ID": "13"}


def redirect(names):
    """Resolves these names to an address of this machine, as a line in a file of hosts would.

    Such a line cannot give a port; this maps the one of https.
    """
    resolve = socket.getaddrinfo

    def getaddrinfo(host, port, *args, **options):
        host = host.decode() if isinstance(host, bytes) else host
        if port in (443, "443", "https") and host in names:
            host, port = "127.0.0.1", names[host]
        return resolve(host, port, *args, **options)

    socket.getaddrinfo = getaddrinfo


def serve(tasks):
    """Carries out the tasks that are named on the standard input, until it ends."""
    redirect(json.loads(os.environ["FOREIGN_NAMES"]))
    for line in sys.stdin:
        told = json.loads(line)
        try:
            outcome = {"result": tasks[told["task"]](told)}
        except Exception:
            outcome = {"error": traceback.format_exc()}
        print(json.dumps(outcome), flush=True)
