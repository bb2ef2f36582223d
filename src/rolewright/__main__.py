"""``python -m rolewright``."""

from rolewright.cli.app import main

main()
