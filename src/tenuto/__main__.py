"""Lets `python -m tenuto` run the command."""

import sys

from tenuto.cli import main

sys.exit(main())
