"""The commands, each run as a person runs it: a process of its own in a folder of its own."""
