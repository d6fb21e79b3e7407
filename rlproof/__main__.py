"""`python -m rlproof` is `rlproof`."""

from .cli import main

raise SystemExit(main())
