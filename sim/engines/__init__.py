"""The engines: each simulates the programme; given the same one, every stamp of every person is the same."""
