"""A sound file of each format, by its ending."""

from fpdf import FPDF

from tests.embeddings.documents import test_csv, test_docx, test_eml, test_epub, test_html

TEXT = "The keeper wound the lamp every four hours of the night.\n\nНочью был шторм на море.\n"
MARKDOWN = f"---\ntitle: The lamp\ndate: 2020-03-04\n---\n\n# The lamp\n\n- oil\n\n{TEXT}"
ROWS = '{"_id": "r1", "text": "The keeper wound the lamp.", "date": "2020-03-04"}\n'


def _make_pdf() -> bytes:
    """Not compressed, so that damage reaches what is drawn."""
    pdf = FPDF()
    pdf.set_compression(False)
    pdf.set_font("Helvetica", size=10)
    for number in range(2):
        pdf.add_page()
        pdf.text(15, 20, f"The keeper wound the lamp, page {number}.")
    return bytes(pdf.output())


SAMPLES: dict[str, bytes] = {
    ".txt": TEXT.encode(),
    ".md": MARKDOWN.encode(),
    ".html": test_html.PAGE.encode(),
    ".jsonl": ROWS.encode(),
    ".csv": test_csv.TABLE.encode(),
    ".pdf": _make_pdf(),
    ".docx": test_docx.make(),
    ".eml": test_eml.make(html=test_html.PAGE, attached="a.png").as_bytes(),
    ".epub": test_epub.make(),
}
