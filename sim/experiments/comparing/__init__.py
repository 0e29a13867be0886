"""Scenarios side by side: their tasks, who does them, and what they give."""
