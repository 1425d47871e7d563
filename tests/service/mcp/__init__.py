"""Agents asking, by the SDK's own client."""
