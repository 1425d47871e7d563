"""The HTTP answers: routes, schemas, health, and the one table of errors."""
