"""onnxruntime, loaded so that it reports to nobody.

Its wheels count what is run, under an id that they keep in the home folder, and send both to their
makers. They look for the variable that forbids it once, while they load: so no other file imports
them. Nothing else is set in the environment of a process.
"""

import os
from typing import Any

FORBIDS = "ORT_DISABLE_TELEMETRY"


def load_onnxruntime() -> Any:
    """The package, silent from its first line on, whatever the environment says."""
    os.putenv(FORBIDS, "1")  # for its C code, and for the processes that this one starts
    import onnxruntime

    onnxruntime.disable_telemetry_events()  # where another library loaded it before
    return onnxruntime


def load_quantization() -> Any:
    """The part of it that rounds weights; loads onnx too."""
    load_onnxruntime()
    from onnxruntime import quantization

    return quantization
