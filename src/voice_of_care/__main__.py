"""Run the command line with `python -m voice_of_care`."""

from voice_of_care.cli import main

main()
