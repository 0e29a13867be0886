"""What happens to a person: pure functions of parameters and luck, compiled, called by both engines."""
