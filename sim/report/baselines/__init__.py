"""What is said of baselines that were checked: on the screen, as Markdown, as JUnit, to GitHub, and as a picture."""
