"""A client of an application over a small index, with a file of keys and a gate as a test wants."""

from pathlib import Path

from starlette.testclient import TestClient

from embeddings.artifact import Artifact
from embeddings.encoders import load_encoder
from service.access import Access
from service.app import create_app
from service.live import Live


def ask_through(access: Access, index: Path, peer: str = "testclient") -> TestClient:
    """Requests from an address that pass this gate; redirects are answers and not followed."""
    app = create_app(Live(Artifact(index), load_encoder), access=access)
    return TestClient(app, follow_redirects=False, client=(peer, 50000))


def bear(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}
