"""`python -m service` is `winnow`."""

import sys

from service.cli import main

sys.exit(main())
