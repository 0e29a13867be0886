"""Results of a run: tidy tables, key figures and the row a person, written whole or not at all."""
