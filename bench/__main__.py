"""`python -m bench`: see `bench.commands`."""

from bench.commands import main

if __name__ == "__main__":
    main()
