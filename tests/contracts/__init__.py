"""One contract for every implementation of a seam."""
