"""Put texts into an index of txtai: `txtai_index.py FOLDER MODEL INDEX`, in txtai's environment."""

import json
import sys
from pathlib import Path

from txtai import Embeddings

folder, model, index = sys.argv[1:]
lines = Path(folder, "texts.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
embeddings = Embeddings(path=model, content=True, gpu=False)
embeddings.index((i, json.loads(line)["text"], None) for i, line in enumerate(lines))
embeddings.save(index)
