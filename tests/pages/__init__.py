"""What the pages show, without a browser."""
