"""What the default encoder finds: questions with known answers over the seeds and beside them."""
