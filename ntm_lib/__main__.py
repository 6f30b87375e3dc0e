"""The command ``ntm`` as ``python -m ntm_lib``."""

from ntm_lib.cli import main

if __name__ == "__main__":
    main()
