"""Run the command as `python -m sim`."""

if __name__ == "__main__":
    from sim.command.early import end_at_once

    end_at_once()

    import sys

    from sim.command.main import main

    sys.exit(main())
