"""Draw the ensemble anew from the declared laws alone: `python -m tests.worlds.draw`, where nothing has fitted one."""

from sim.composition.ensemble import draw_members

MEMBERS, SEED = 60, 20201015

if __name__ == "__main__":
    draw_members(MEMBERS, SEED)
