"""A short storm: one fault of each kind over the distributed form. make chaos is the long one."""

import subprocess
import sys


def test_a_storm_loses_doubles_and_makes_up_nothing_but_doubles_events_where_no_inbox_is() -> None:
    storm = subprocess.run([sys.executable, "-m", "tests.chaos"], capture_output=True, text=True, check=False)
    assert storm.returncode == 0, storm.stdout + storm.stderr
