"""Keep time: whole microseconds since the programme's first day, working days, the order of one instant."""
