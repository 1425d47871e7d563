"""A small messy corpus with everything an answer can show, and how it becomes an index."""

import json
from pathlib import Path

from embeddings.artifact import Artifact
from embeddings.manifest import Manifest
from tests.embeddings.building import build as publish
from tests.embeddings.building import write_files

KEEPER = (
    "The lighthouse keeper counted nineteen ships in the fog on a Tuesday in March, and wrote each "
    "of them into the long brown book. Nobody asked him for the book until the harbour burned."
)
LIGHTHOUSE = f"""The keeper of the lighthouse

{KEEPER}

In winter the lamp used four barrels of whale oil a week. The barrels came by sledge over the ice, \
and the drivers slept in the tower before they turned home.

Share this on Facebook

Tags: sea, light, oil
"""
STORM = f"""A storm in the harbour

The storm of 1893 broke eleven masts and sank the ferry beside the pier. Fishermen carried the \
passengers ashore in their own boats.

{KEEPER}

After the storm the town built a wall of granite, two metres thick, along the whole harbour.
"""
EMOJI = """🎉🎉 Notes of a beekeeper 🐝

🐝🍯 The bees left the hive in May and settled in a hollow pear tree beside the chapel. The \
beekeeper followed them with a drum.

🌧️ Rain kept them in for nine days, and the honey of that year was dark 🍯 and bitter.
"""
RUSSIAN = """Записки лесника

Лесник каждое утро обходил заповедник и записывал следы волков на снегу. Зимой он кормил \
оленей сеном и чинил старую вышку.

Весной река вышла из берегов и затопила нижнюю дорогу, и деревня две недели жила без почты.
"""
TIES = """Two recipes

Boil barley slowly, then add turnip, thyme, pepper.

Add pepper slowly, then boil thyme, turnip, barley.
"""
TEXTS = {
    "harbour/lighthouse.txt": LIGHTHOUSE,
    "harbour/storm.txt": STORM,
    "notes/bees.txt": EMOJI,
    "notes/forest.txt": RUSSIAN,
    "ties.txt": TIES,
}
SUBJECTS = (
    "bridge granary orchard foundry chapel quarry bakery tannery station library windmill brewery"
).split()

CROWDED = "barrels of oil in the lamp"
FAR = "Nobody could say why the Grey Heron of Vlorë sang to it."
_TREES = "alder birch cedar ebony fir hazel larch maple oak pine rowan spruce teak willow".split()


def write_crowd(folder: Path) -> Path:
    """Many rows near to the question CROWDED, most of them with `quartz`; and FAR, twice."""
    rows = [
        {
            "title": f"Row {i}",
            "text": f"{_TREES[i % 14]} {i} barrels of oil for the lamp of house {i * 7}, beside "
            f"the {_TREES[(i * 5 + 3) % 14]} {'quartz' if i % 4 else 'marble'} of gate {i * 11}.",
        }
        for i in range(900)
    ]
    rows.append({"title": "Far", "text": FAR})
    table = "".join(f"{json.dumps(row)}\n" for row in rows)
    return write_files(folder, {"rows.jsonl": table, "one.txt": FAR})


def write_corpus(folder: Path) -> Path:
    """The texts above, and a table of twelve dated rows."""
    rows = (
        {
            "id": f"row-{number}",
            "title": f"The {subject}",
            "date": f"20{number + 10}-0{number % 9 + 1}-15",
            "text": f"The {subject} was finished in the summer of 18{number}0 by {number + 3} "
            f"masons from the valley, who were paid in grain and candles.",
        }
        for number, subject in enumerate(SUBJECTS)
    )
    table = "".join(f"{json.dumps(row)}\n" for row in rows)
    return write_files(folder, {**TEXTS, "table.jsonl": table})


def build(corpus: Path, directory: Path) -> Manifest:
    """Publish an index of a folder, made with the hashing encoder; the manifest of its build."""
    return publish(corpus, Artifact(directory)).manifest
