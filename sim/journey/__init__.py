"""What the programme consists of, declared once: stations, acts, places, stamps, waits, payments and money.

Both engines, the observers, the tables and the texts read these declarations. Nothing here imports another part of
`sim`; a new station is a line of `route.py`.
"""
