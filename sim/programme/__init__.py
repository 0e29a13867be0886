"""The programme: its compiled parameters, its calendar, and its own processes, the same for both engines."""
