"""What the command says about itself."""

HELP = """\
prakerja: a capacity planner for Kartu Prakerja. It simulates every registrant, from the portal to the last payment.

  prakerja run                              what happened, April 2020 to February 2022 (all 80 million)
  prakerja run scenario=rate_800k           what if 800,000 registrants a week were processed?
  prakerja run scenario=rate_800k processing.rate=1600000     and 1.6 million?
  prakerja run scenario=./mine.yaml         a question of your own, in a file of your own
  prakerja trace person=42                  one person's journey, in dated sentences
  prakerja scenarios                        the questions there are, a line each
  prakerja assumptions                      every number that is an assumption, with what it rests on
  prakerja calibrate                        fit the assumptions to the published figures again, and write them down

After the command comes what you change, as key=value. The keys are those of the files in configs/:

  population.scale=0.01                     one person in a hundred (the smaller, the faster and the less sure)
  processing.rate=800000                    registrants taken through processing a week; null is plenty, 0 is closed
  waves=weekly budget=whole                 waves by rule, one budget
  payment.partners.ovo.outages='[{from: "2020-10-01T00:00", until: "2020-10-11T00:00"}]'     OVO is down for ten days
  run.seed=7 run.replication=3              another draw of luck
  run.folder=results/mine                   where the tables and figures go (default: a new folder in results/runs/)
  run.people=participants                   whose journeys are written: none, participants, all

Times are WIB. Several faults are told at once, each with what is allowed.
`prakerja COMMAND --help` says more. Exit codes: 0 done, 1 a promise is broken, 2 bad input, 130 interrupted, 143 terminated.
"""

COMMAND_HELP = {
    "run": """\
prakerja run [scenario=NAME or FILE] [key=value ...]: simulate one scenario and answer.

  prakerja run
  prakerja run scenario=rate_200k population.scale=0.0001
  prakerja run scenario=history run.people=participants run.folder=results/history

It shows a line of progress, then the funnel, the waits, the stations, the bottleneck and the money; tables and
figures go to the run's folder, whole or not at all.

A question of your own is a file like this one (prakerja run scenario=./two_days_down.yaml):

  # @package _global_
  scenario:
    name: two_days_down
    question: What if the civil registry were down for two days in April 2020?
    changes: [processing.registry.outages]
  processing:
    registry:
      outages:
        - {from: "2020-04-13T00:00", until: "2020-04-15T00:00"}
""",
    "trace": """\
prakerja trace person=NUMBER [scenario=NAME or FILE] [key=value ...]: tell one person's journey in dated sentences.

  prakerja trace person=42
  prakerja trace person=42 scenario=rate_800k run.seed=7

People are numbered from 0 in the order they register. The whole run is simulated for it: for
all 80 million, half a minute to a minute.
""",
    "scenarios": """\
prakerja scenarios: list the questions there are, a line each.
""",
    "assumptions": """\
prakerja assumptions: list every number of the configs that is an assumption: key, value, unit, date, what it rests on.

  prakerja assumptions | grep payment
""",
    "calibrate": """\
prakerja calibrate [key=value ...]: fit the assumptions of the base to the published figures and rewrite configs/.

  prakerja calibrate
  prakerja calibrate population.scale=0.0005

It runs history hundreds of times, with one person in a hundred unless you say another population.scale, and takes
minutes. `git diff configs` shows what it changed; comments and all other numbers stay as they are.
""",
}
