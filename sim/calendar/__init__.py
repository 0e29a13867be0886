"""Keep time: whole microseconds since the programme's first day, and working days."""
