"""`winnow completion`: the script by which a shell completes commands, flags and files.

The shell then runs `winnow` itself with the variable _ARGCOMPLETE set, and the parser answers.
"""

import argparse

from embeddings.errors import InvalidInput
from service.settings import Settings

SHELLS = ("bash", "zsh", "fish")


def run(parsed: argparse.Namespace, _: Settings) -> int:
    """Print it. Raises InvalidInput for another shell."""
    if parsed.shell not in SHELLS:
        raise InvalidInput(
            f"no completion is made for {parsed.shell!r}", f"give one of {', '.join(SHELLS)}"
        )
    from argcomplete.shell_integration import shellcode

    print(shellcode(["winnow"], shell=parsed.shell))  # nosec B604  # a name: none is started
    return 0
