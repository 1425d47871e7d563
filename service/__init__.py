"""An artifact in, answers out: searcher, HTTP, page, command line, and the measuring of answers."""
