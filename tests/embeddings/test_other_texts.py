"""What is no web page is judged gently: of letters, verse and tables no line is set aside."""

import pytest

from embeddings.blocks import find_blocks
from embeddings.cleaning import Kind, judge_blocks
from tests.embeddings.building import cut

LETTER = """Anna Keeper
12 Harbour Road
Reef Town

Dear Ben,

Thank you for the oil, of which there is little left. I need you here before the ice comes.
“I need you.”

Email: anna@reef.example
send the wicks to Anna
Go to the pharmacy first
Recommended dose: 5 mg a day
40 crowns / tin

Yours sincerely,
Anna Keeper
Head keeper
"""
VERSE = """The Lamp

The lamp is low, the oil is thin,
The sea outside is wide,
And nobody will let us in
Who waited for the tide.

A bell is ringing on the reef
Beneath a heavy sky
And every keeper keeps his grief
Until the wells run dry...
"""
TABLE = """The table lists the boats of each harbour.

Harbour | Boats | Year
North | 12 | 1893
South | 40 | 1894
"""
RECIPE = """Fish soup

Ingredients
2 onions
500 g cod
salt

Chop the onions and fry them gently.

- soup plates
- spoons
- bread
- more salt

Serves four
"""
TALK = """ANNA: You said the lamp would hold until spring
BEN: I do not know what you mean by that...
ANNA: Well
"""
QUESTIONS = """What does the lamp burn?
Colza oil

How high is the tower?
40 metres
"""
DIARY = """12 March 2019
The lamp went out at four, and I wound it again.

13 March 2019
Ice on the rocks, and nobody came.
"""
NOVEL = """CHAPTER I

It was night on the reef, and he waited for the boat to come...

“Only you can.”

THE END
"""


@pytest.mark.parametrize("text", [LETTER, VERSE, TABLE, RECIPE, TALK, QUESTIONS, DIARY, NOVEL])
def test_no_line_of_what_is_no_page_is_set_aside(text: str) -> None:
    assert [item.reason for item in judge_blocks(find_blocks(text)) if item.reason] == []


@pytest.mark.parametrize(
    ("text", "headings"),
    [
        (LETTER, []),
        (VERSE, ["The Lamp"]),
        (RECIPE, ["Fish soup"]),
        (QUESTIONS, []),
        (DIARY, ["12 March 2019", "13 March 2019"]),
        (NOVEL, ["CHAPTER I"]),
    ],
)
def test_a_line_of_a_stanza_list_or_answer_is_no_heading(text: str, headings: list[str]) -> None:
    judged = judge_blocks(find_blocks(text))
    assert [i.block.text for i in judged if i.kind is Kind.HEADING] == headings


def test_rows_of_a_table_are_no_navigation_even_on_a_page() -> None:
    page = judge_blocks(find_blocks(f"{TABLE}\nIt ends here.\n\nShare\n\n12 comments"))
    assert "navigation" not in {item.reason for item in page}


def test_the_headings_of_a_japanese_text_are_in_its_script() -> None:
    prose = "灯台守は四時間ごとにランプを巻いた。冬にはそのそばで眠った。"
    for heading in ("歴史", "ランプ"):
        judged = judge_blocks(find_blocks(f"{prose}\n\n{heading}\n\n{prose}"))
        assert judged[1].kind is Kind.HEADING


def test_nobody_is_lost_among_lines_that_stand_like_headings() -> None:
    found = cut("Lease\n\nbetween\n\nAnna Keeper\n\nand\n\nBen Ray\n\nThe lamp is let to Ben.")
    assert found.title == "Lease"
    parties, rest = found.passages
    assert parties.text == "between\n\nAnna Keeper\n\nand"
    assert rest.heading == "Ben Ray"


def test_a_paper_is_called_by_its_title_and_not_by_the_last_line_above_its_text() -> None:
    lines = ("Lamps of the North", "Keywords: lamp, oil", "Abstract", "We saw forty lamps go out.")
    assert cut("\n\n".join(lines)).title == "Lamps of the North"


def test_a_page_is_called_by_the_line_below_its_menu() -> None:
    lines = ("Lamps", "Jump to content", "The lamp that never slept", "It never went out.")
    assert cut("\n\n".join(lines)).title == "The lamp that never slept"


def test_an_answer_of_a_few_words_stands_with_its_question() -> None:
    texts = [passage.text for passage in cut(QUESTIONS).passages]
    assert any("burn?\nColza oil" in text for text in texts)
