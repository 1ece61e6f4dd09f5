"""A store of tokens of one's own."""

from __future__ import annotations

# README: store
import json
import sqlite3
from contextlib import closing

from bitrix24 import Credential

# end
# README: store


class Row:
    """A row of a database, for ``OAuth(…, store=Row(file))``: its ``save`` is one transaction."""

    def __init__(self, file: str) -> None:
        self.file = file

    def load(self) -> Credential | None:
        with closing(sqlite3.connect(self.file)) as database:
            return self.read(database)

    def save(self, expected: Credential | None, new: Credential, /) -> Credential | None:
        with closing(sqlite3.connect(self.file)) as database, database:
            database.execute("BEGIN IMMEDIATE")
            held = self.read(database)
            if held is not None and held != expected:
                return held
            row = [json.dumps(new.to_dict())]
            database.execute("INSERT OR REPLACE INTO credential VALUES (1, ?)", row)
            return None

    def read(self, database: sqlite3.Connection) -> Credential | None:
        database.execute("CREATE TABLE IF NOT EXISTS credential (id INTEGER PRIMARY KEY, json)")
        row = database.execute("SELECT json FROM credential").fetchone()
        return None if row is None else Credential.from_dict(json.loads(row[0]))


# end
