from contextlib import closing
from pathlib import Path

from services.console import server
from services.shared.settings import Settings


def test_two_that_start_at_the_same_moment_listen_at_ports_of_their_own(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    with closing(server._listening(settings)) as one, closing(server._listening(settings)) as other:
        assert one.getsockname()[1] != other.getsockname()[1]
