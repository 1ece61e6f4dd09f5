"""What ``cargo xtask instructions`` counts does what it says, or fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from portal import Reply

if TYPE_CHECKING:
    from portal import Portal

COUNTED = Path(__file__).parents[1] / "instructions" / "counted.py"


def test_a_list_that_ends_early_is_no_reading_of_it(portal: Portal) -> None:
    records = [{"ID": str(number)} for number in range(1, 51)]
    portal.always(Reply({"result": records, "total": 50}))

    def read(pages: int) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(COUNTED), "page", str(pages)],
            env={**os.environ, "BENCH_URL": portal.webhook},
            capture_output=True,
            text=True,
            check=False,
        )

    assert read(1).returncode == 0
    more = read(2)
    assert more.returncode != 0
    assert "the list ended before 100 records" in more.stderr
