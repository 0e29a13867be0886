"""What drives a figure, in a planner's words: `words` of drivers and figures, the `answer` on the screen."""
