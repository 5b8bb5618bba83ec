"""Havn's command line: havn --help."""

import signal
import sys


def main() -> None:
    """Runs what the command line says, and ends the process."""
    # Ctrl-C ends a command at once and without a word, also in the third of a second that its import takes.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from services.havn.command_line import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
