"""Run the command as `python -m sim`."""

import sys

from sim.command.main import main

if __name__ == "__main__":
    sys.exit(main())
