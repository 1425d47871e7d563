"""Every error that Winnow raises on purpose.

    WinnowError
    ├── InvalidInput          a query, number or option that cannot be used
    ├── CorpusError           the folder of documents
    │   ├── CorpusMissing     no such path
    │   ├── CorpusEmpty       nothing readable in it
    │   └── UnreadableDocument   one document; the build reports it and goes on
    ├── EncoderError          the model
    │   ├── EncoderUnavailable   not installed, not found, hub not reached
    │   ├── EncoderDamaged       weights are not the ones they should be
    │   └── EncoderMismatch      an index made with another encoder
    ├── ArtifactError         the index on disk, or in a database
    │   ├── IndexMissing      no build there yet
    │   ├── IndexDamaged      a file is missing, short or altered
    │   ├── IndexFormat       written by a newer or older format
    │   ├── IndexOfOtherRoots the index belongs to another folder
    │   ├── IndexBusy         another build holds the lock
    │   ├── IndexUnwritable   the folder of the index cannot be written, or its database
    │   ├── IndexUnreachable  no server of its database answers
    │   └── DatabaseUnfit     its database is too old, lacks pgvector, or forbids it
    ├── WorkersFailed         the workers of a build are not to be had, or ended too often
    ├── NotFound              an id that this build does not have
    ├── BuildGone             a build that is no longer open
    ├── SeenFailed            what was reported of saved searches cannot be read or noted
    ├── WatchFailed           changes of files are not told
    └── ServiceError          the server
        ├── PortTaken         the address is in use
        ├── NotReady          no verified build is open
        ├── ServerBusy        more questions at once than it takes
        ├── AskerLeft         nobody waits for the answer any more
        ├── TimedOut          an answer took too long
        ├── BodyTooLarge      a request larger than it takes
        ├── BodyTooSlow       a request that came too slowly
        ├── KeyRequired       no key was given, or a wrong one
        ├── Forbidden         who asks is known, and may not ask for this
        ├── LedgerFailed      what is noted of those who ask cannot be read or written
        ├── AskedTooOften     more requests a minute than one may send
        ├── WrongHost         asked by a name that is not the server's
        ├── KeysMissing       other machines could ask, and there are no keys
        ├── KeysDamaged       the file of keys cannot be read
        ├── KeysUnwritable    the file of keys cannot be written
        └── TelemetryMissing  traces are wanted, and what sends them is not installed

A message says what happened and where; the hint says what to do next.
"""


class WinnowError(Exception):
    """Base of all. `exit_code` is what the command line returns."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InvalidInput(WinnowError):
    """A value from outside that cannot be used; `field` names it."""

    exit_code = 2

    def __init__(self, message: str, hint: str = "", field: str | None = None) -> None:
        super().__init__(message, hint)
        self.field = field


class CorpusError(WinnowError):
    """The folder of documents."""


class CorpusMissing(CorpusError):
    """A path that does not exist."""


class CorpusEmpty(CorpusError):
    """No readable document, or none with text worth searching."""


class UnreadableDocument(CorpusError):
    """One document that cannot be read; `source` is its path in the corpus.

    What it quotes of a document is cut short.
    """

    def __init__(self, source: str, message: str, hint: str = "") -> None:
        short = message if len(message) <= 1000 else f"{message[:999]}…"
        super().__init__(short, hint)
        self.source = source


class EncoderError(WinnowError):
    """The model that turns texts into vectors."""


class EncoderUnavailable(EncoderError):
    """The model is not here and could not be fetched."""


class EncoderDamaged(EncoderError):
    """The weights differ from the ones published."""


class EncoderMismatch(EncoderError):
    """The index was made with another encoder than the one at hand."""


class ArtifactError(WinnowError):
    """The index on disk."""


class IndexMissing(ArtifactError):
    """No build has been published there."""


class IndexDamaged(ArtifactError):
    """A file of the build is missing, short or altered."""


class IndexFormat(ArtifactError):
    """The build was written in a format this version does not read."""


class IndexOfOtherRoots(ArtifactError):
    """The index already holds other folders."""


class IndexBusy(ArtifactError):
    """Another build is being written there."""


class IndexUnwritable(ArtifactError):
    """The folder of the index cannot be written, or its database has no room."""


class IndexUnreachable(ArtifactError):
    """No server of the index's database answers, or the connection to it was lost."""


class DatabaseUnfit(ArtifactError):
    """The index's database is too old, lacks pgvector, or does not let its user do this."""


class WorkersFailed(WinnowError):
    """The workers of a build: not installed, not reached, unlike the build, or ended too often."""


class NotFound(WinnowError):
    """A document or passage id that this build does not have."""


class BuildGone(WinnowError):
    """A build that was named and is no longer open, or never was."""


class SeenFailed(WinnowError):
    """The note of what was reported of saved searches is damaged, unwritable or in use."""


class WatchFailed(WinnowError):
    """The system tells no changes of the folders that are watched."""


class ServiceError(WinnowError):
    """The server."""


class PortTaken(ServiceError):
    """Another program listens on the address."""


class NotReady(ServiceError):
    """No verified build is open."""


class ServerBusy(ServiceError):
    """More requests at once than the server takes on."""


class AskerLeft(ServiceError):
    """Whoever asked closed the connection while waiting for a turn."""


class TimedOut(ServiceError):
    """An answer that took longer than a request may last."""


class BodyTooLarge(ServiceError):
    """The body of a request is larger than the server takes."""


class BodyTooSlow(ServiceError):
    """The body of a request did not come in time."""


class KeyRequired(ServiceError):
    """Asking takes a key, and none was given, or a wrong one."""


class LedgerFailed(ServiceError):
    """What the server notes of those who ask cannot be read or written."""


class Forbidden(ServiceError):
    """Who asks is known, and may not ask for this."""


class AskedTooOften(ServiceError):
    """More than one may ask in a minute; `seconds` until it may ask again."""

    def __init__(self, message: str, hint: str = "", seconds: int = 1) -> None:
        super().__init__(message, hint)
        self.seconds = seconds


class WrongHost(ServiceError):
    """The Host header names another server."""


class KeysMissing(ServiceError):
    """Other machines could ask, and nothing says who may."""


class KeysDamaged(ServiceError):
    """The file of keys cannot be read, or holds something else."""


class KeysUnwritable(ServiceError):
    """The file of keys cannot be written."""


class TelemetryMissing(ServiceError):
    """Traces are wanted, and the packages that send them are not installed."""
