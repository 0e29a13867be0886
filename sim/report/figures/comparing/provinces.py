"""Who gains and who loses by province: the provinces as tiles about where they lie, a map for each scenario."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from sim.report.figures.comparing.saved import SavedComparison
from sim.report.figures.look import BLUE, GREY, INK, VERMILION
from sim.report.figures.page import MARGIN, Page, page
from sim.report.figures.saved import Row
from sim.report.figures.sheet import Sheet
from sim.report.figures.words import amount

TABLE = "people_changes"

TILES = {
    "aceh": (0, 0, "Aceh"),
    "sumatera_utara": (1, 0, "Sumut"),
    "sumatera_barat": (1, 1, "Sumbar"),
    "riau": (2, 1, "Riau"),
    "kepulauan_riau": (3, 0, "Kepri"),
    "bengkulu": (1, 2, "Bengk."),
    "jambi": (2, 2, "Jambi"),
    "kep_bangka_belitung": (3, 2, "Babel"),
    "sumatera_selatan": (2, 3, "Sumsel"),
    "lampung": (3, 3, "Lamp."),
    "banten": (3, 4, "Banten"),
    "dki_jakarta": (4, 4, "DKI"),
    "jawa_barat": (4, 5, "Jabar"),
    "jawa_tengah": (5, 4, "Jateng"),
    "daerah_istimewa_yogyakarta": (5, 5, "DIY"),
    "jawa_timur": (6, 4, "Jatim"),
    "bali": (7, 4, "Bali"),
    "nusa_tenggara_barat": (8, 4, "NTB"),
    "nusa_tenggara_timur": (9, 4, "NTT"),
    "kalimantan_barat": (4, 1, "Kalbar"),
    "kalimantan_tengah": (5, 1, "Kalteng"),
    "kalimantan_selatan": (5, 2, "Kalsel"),
    "kalimantan_timur": (6, 1, "Kaltim"),
    "kalimantan_utara": (6, 0, "Kaltara"),
    "gorontalo": (8, 0, "Goront."),
    "sulawesi_utara": (9, 0, "Sulut"),
    "sulawesi_tengah": (8, 1, "Sulteng"),
    "sulawesi_barat": (7, 2, "Sulbar"),
    "sulawesi_selatan": (8, 2, "Sulsel"),
    "sulawesi_tenggara": (9, 2, "Sultra"),
    "maluku_utara": (10, 0, "Malut"),
    "maluku": (10, 1, "Maluku"),
    "papua_barat": (11, 0, "Papbar"),
    "papua": (11, 1, "Papua"),
}
"""Of each province of the base the column, the line from the north, and its usual short name."""

ACROSS, DOWN = 12, 6
MOST = 4
"""Scenarios that are drawn, those in which most changes; on a slide one."""

HIGH, HEAD = 0.44, 0.5
"""Inches of a tile, and above a map."""

COLOURS = LinearSegmentedColormap.from_list("places", [VERMILION, "#F2B79A", "#F7F7F7", "#9CC7E4", BLUE])
DARK = 0.72
"""From so much of the largest change on, a tile is so dark that its letters are white."""

LOSES = "////"
"""A tile of a province that loses is hatched: so it is told from one that gains in grey too."""


def asked(saved: SavedComparison) -> bool:
    """Return whether there is anything to draw."""
    return saved.has(TABLE) and bool(saved.rows(TABLE))


def draw(saved: SavedComparison, sheet: Sheet) -> Page:
    """Draw a map for each scenario that is held against the reference."""
    shown = _shown(saved)[: 1 if sheet.slide else MOST]
    maps = [(name, _provinces(saved, name)) for name in shown]
    down = DOWN + max(-(-len(_others(rows)) // ACROSS) for _, rows in maps)
    says = "Places more or fewer than in the reference, of 1,000 people of the province who registered."
    says += " Blue: more. Red, hatched: fewer."
    first = next((row for _, rows in maps for row in rows), None)
    if first is not None and _enough(first):
        says += " Framed" if sheet.slide else " Bold, framed"
        says += ": told from chance (sign test, Holm)."
    elif first is not None:
        says += f" Too few replications to tell any from chance: {first['least_to_tell']} are needed."
    notes = ["A place: awarded, and not revoked by the end. The same people, under the same luck."]
    if len(_shown(saved)) > len(shown):
        notes.append(f"{len(_shown(saved)) - len(shown)} more scenarios are in the table {TABLE}.")
    drawn = page(saved, sheet, finding(saved), says, notes, len(maps) * (HEAD + HIGH * down))
    largest = max((abs(row["net_per_1000"] or 0.0) for _, rows in maps for row in rows), default=0.0)
    each = drawn.space / len(maps)
    for number, (name, rows) in enumerate(maps):
        drawn.write(MARGIN, number * each + 0.16, f"{saved.short(name)}: {totals(saved, name)}", sheet.text, INK)
        above, below = number * each + HEAD - 0.15, (len(maps) - number - 1) * each
        axes = drawn.axes(MARGIN, MARGIN, above=above, below=below + 0.05)
        axes.set_xlim(0, ACROSS)
        axes.set_ylim(down, 0)
        axes.set_axis_off()
        for row, (column, line, word) in zip(rows, _places(rows), strict=True):
            _tile(axes, row, column, line, word, largest, sheet)
    return drawn


def _tile(axes: Axes, row: Row, column: int, line: int, word: str, largest: float, sheet: Sheet) -> None:
    change = row["net_per_1000"]
    strength = 0.0 if change is None or not largest else change / largest
    fill, dark = COLOURS(0.5 + strength / 2), abs(strength) >= DARK
    sure = bool(row["told"])
    box = (column + 0.03, line + 0.04), 0.94, 0.92
    said = _number(change)
    hatched = said.startswith("−")
    if hatched:
        axes.add_patch(Rectangle(*box, facecolor=fill, edgecolor="white", hatch=LOSES, linewidth=0))
    edge, wide = (INK, 1.3) if sure else (GREY, 0.4)
    axes.add_patch(Rectangle(*box, facecolor="none" if hatched else fill, edgecolor=edge, linewidth=wide))
    ink, weight = "white" if dark else INK, "bold" if sure else "normal"
    behind = {"boxstyle": "square,pad=0.12", "facecolor": fill, "edgecolor": "none"} if hatched else None
    size = sheet.small
    axes.text(column + 0.5, line + 0.3, word, color=ink, size=size, ha="center", va="center", bbox=behind)
    at = column + 0.5, line + 0.72
    axes.text(*at, said, color=ink, size=size, weight=weight, ha="center", va="center", bbox=behind)


def _enough(row: Row) -> bool:
    """Return whether there are replications enough to tell any province from chance."""
    return bool(row["replications"] >= row["least_to_tell"])


def _number(change: float | None) -> str:
    """Return a change with its sign; a dash where nobody registered."""
    if change is None:
        return "–"
    shown = f"{abs(change):,.1f}" if abs(change) < 99.95 else f"{abs(change):,.0f}"
    return "0" if float(shown.replace(",", "")) == 0 else f"{'+' if change > 0 else '−'}{shown}"


def _shown(saved: SavedComparison) -> list[str]:
    """Return the scenarios in which someone gains or loses a place, those first in which most do; or one at least."""
    rows = [row for row in saved.rows(TABLE) if row["grouping"] == "everyone"]
    rows.sort(key=lambda row: -(row["gained"] + row["lost"]))
    return [row["scenario"] for row in rows if row["gained"] or row["lost"]] or [rows[0]["scenario"]]


def _provinces(saved: SavedComparison, name: str) -> list[Row]:
    return [row for row in saved.rows(TABLE) if row["scenario"] == name and row["grouping"] == "province"]


def _others(rows: Sequence[Row]) -> list[Row]:
    """Return the provinces that the base does not have: they stand below the map."""
    return [row for row in rows if row["group"] not in TILES]


def _places(rows: Sequence[Row]) -> list[tuple[int, int, str]]:
    """Return column, line and short name of each province."""
    found, others = [], 0
    for row in rows:
        if row["group"] in TILES:
            found.append(TILES[row["group"]])
        else:
            found.append((others % ACROSS, DOWN + others // ACROSS, row["label"][:7]))
            others += 1
    return found


def totals(saved: SavedComparison, name: str) -> str:
    """Return in words how many people gain and lose a place in a scenario."""
    row = next(row for row in saved.rows(TABLE) if row["scenario"] == name and row["grouping"] == "everyone")
    return f"{amount(row['gained'])} people gain a place, {amount(row['lost'])} lose one"


def _few(replications: int) -> str:
    return "by one replication" if replications == 1 else f"by so few replications ({replications})"


def finding(saved: SavedComparison) -> str:
    """Return the finding in a sentence: which province gains and which loses most, where most changes.

    Only what is told from chance is a finding.
    """
    name = _shown(saved)[0]
    rows = [row for row in _provinces(saved, name) if row["net_per_1000"] is not None]
    against = f"{saved.short(name)} against {saved.short(saved.reference)}"
    if not any(row["gained"] or row["lost"] for row in rows):
        if len({row["scenario"] for row in saved.rows(TABLE)}) > 1:
            return f"Nobody gains or loses a place in any scenario, held against {saved.short(saved.reference)}"
        return f"{against}: nobody gains or loses a place"
    if not _enough(rows[0]):
        return f"{against}: no province is told from chance, {_few(rows[0]['replications'])}"
    gains = [row for row in rows if row["told"] and row["net_per_1000"] > 0]
    loses = [row for row in rows if row["told"] and row["net_per_1000"] < 0]
    if not gains and not loses:
        return f"{against}: no province is told from chance"
    told = []
    for some, choose, verb in ((gains, max, "gains"), (loses, min, "loses")):
        if not some:
            told.append(f"none that {verb} is told from chance")
            continue
        most = choose(some, key=lambda row: row["net_per_1000"])
        number = f"{abs(most['net_per_1000']):,.1f} places of 1,000 people"
        told.append(f"{most['label']} {verb} most ({number})")
    return f"{against}: {', '.join(told)}"
