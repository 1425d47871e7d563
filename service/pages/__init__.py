"""Pages for people: rendered on the server, whole without scripts, nothing from another host."""
