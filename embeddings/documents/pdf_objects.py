"""The objects of a PDF, with references that lead in a circle leading nowhere.

pdfminer follows a reference to a reference until something else comes, and so for ever where the
object is a reference to itself.
"""

from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdftypes import PDFObjectNotFound, PDFObjRef


class FiniteDocument(PDFDocument):
    """Gives what stands at the end of references."""

    def getobj(self, objid: int) -> object:
        """Raises PDFObjectNotFound where there is no end, as where there is no object."""
        seen: set[int] = set()
        found: object = PDFObjRef(self, objid)
        while isinstance(found, PDFObjRef):
            if found.objid in seen:
                raise PDFObjectNotFound(objid)
            seen.add(found.objid)
            found = super().getobj(found.objid)
        return found
