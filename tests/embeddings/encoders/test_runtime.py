"""onnxruntime counts nothing, keeps no id of the machine, and cannot send what it has not."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from embeddings.encoders import loading
from embeddings.encoders.runtime import FORBIDS

OWN = "from embeddings.encoders.runtime import load_onnxruntime as load"
PLAIN = "import onnxruntime; load = lambda: onnxruntime"
ROUNDING = "from embeddings.encoders.runtime import load_quantization as load"


def list_left(home: Path, code: str, cut_off: bool = False, **variables: str) -> list[Path]:
    """The files that a fresh process leaves in its home folder when it has loaded onnxruntime."""
    home.mkdir(exist_ok=True)
    command = [sys.executable, "-c", f"{code}\nload()"]
    subprocess.run(
        ["unshare", "--net", *command] if cut_off else command,
        env={"PYTHONPATH": ":".join(sys.path), "HOME": str(home), **variables},
        check=True,
    )
    return [path for path in home.rglob("*") if path.is_file()]


@pytest.mark.parametrize("code", [OWN, ROUNDING])
@pytest.mark.parametrize("said", [{}, {FORBIDS: "0"}], ids=["unset", "allowed"])
def test_it_leaves_nothing_in_the_home_folder(
    code: str, said: dict[str, str], tmp_path: Path
) -> None:
    assert list_left(tmp_path / "home", code, **said) == []


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or shutil.which("unshare") is None,
    reason="takes root and unshare, so that the package may try to send what it likes",
)
def test_without_that_it_would(tmp_path: Path) -> None:
    """Else the test above looks for nothing: this fails when its wheels no longer count."""
    assert list_left(tmp_path / "home", PLAIN, cut_off=True)


def test_an_encoder_loads_it_so(tmp_path: Path) -> None:
    graph = Path(loading.__file__).with_name("profiles.json")  # no graph: it loads, then refuses
    code = (
        "def load():\n"
        "    from pathlib import Path\n"
        "    from embeddings.encoders.onnx_encoder import _open_session\n"
        f"    try: _open_session(Path({str(graph)!r}), 1)\n"
        "    except Exception as error: assert 'rotobuf' in str(error), error\n"
    )
    assert list_left(tmp_path / "home", code) == []
