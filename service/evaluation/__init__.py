"""Measuring the answers: questions with known passages, and the measures over them."""
