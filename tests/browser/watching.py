"""What a test's windows may not do: write to the console, or ask another machine for anything."""

import re
from collections import Counter
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

# Chromium writes this of every answer with such a status, the page asked for included.
_REFUSED = re.compile(r"Failed to load resource: the server responded with a status of (\d+) ")


@dataclass
class Watch:
    """Notes what the windows of one test do; there are to be no `complaints` at its end."""

    said: list[str] = field(default_factory=list)
    refused: Counter[int] = field(default_factory=Counter)
    expected: Counter[int] = field(default_factory=Counter)
    strayed: list[str] = field(default_factory=list)

    def expect(self, *statuses: int) -> None:
        """So many answers with such an HTTP error are what this test provokes, no more, no less."""
        self.expected.update(statuses)

    def follow(self, context: BrowserContext, server: str) -> None:
        """Note all that the pages of a window do; `server` is where they may ask."""

        def hear(message: ConsoleMessage) -> None:
            place = message.location["url"]
            if message.type == "error" and (found := _REFUSED.match(message.text)):
                self.refused[int(found[1])] += 1
            else:
                self.said.append(f"{message.type}: {message.text} ({place})")

        def break_off(error: WebError) -> None:
            self.said.append(f"uncaught: {error.error}")

        def ask(request: Request) -> None:
            if not request.url.startswith((f"{server}/", "data:")):
                self.strayed.append(request.url)

        context.on("console", hear)
        context.on("weberror", break_off)
        context.on("request", ask)

    def complaints(self) -> list[str]:
        """What was written to a console, asked of other machines, or answered as not expected."""
        found = [f"the console was to stay empty: {said}" for said in self.said]
        found += [f"left the server: {url}" for url in self.strayed]
        for status in self.refused.keys() | self.expected.keys():
            count, expected = self.refused[status], self.expected[status]
            if count != expected:
                found.append(f"answers with HTTP status {status}: {count}, expected: {expected}")
        return found
