"""The environment of all that is started here, and of this process: nobody's settings, and no proxy in between."""

import os
import tempfile

_HOME = tempfile.TemporaryDirectory(prefix="rosterline-outside-")

ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.upper().startswith(("GENESYS_", "ROSTERLINE_", "WAREHOUSE_"))},
    "HOME": _HOME.name,
    "NO_PROXY": "127.0.0.1",
    "no_proxy": "127.0.0.1",
}


def isolate() -> None:
    """Must come before the SDK is imported: it watches a configuration file in the home directory from its import on."""
    os.environ.update(ENVIRONMENT)
