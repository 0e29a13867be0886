"""The engines: each simulates the programme and fills a journal; given the same programme, the same journal."""
