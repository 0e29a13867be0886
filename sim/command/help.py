"""What the command says about itself, in lines that fit the screen."""

HELP = """\
prakerja: a capacity planner for Kartu Prakerja. It simulates every registrant,
from the portal to the last payment.

  prakerja run                       what happened, April 2020 to February 2022
  prakerja run rate_800k             if 800,000 people a week were processed
  prakerja run rate_800k processing.rate=1600000     and 1.6 million?
  prakerja run worlds=40 population.scale=0.01       and how sure is that?
  prakerja run scenario=./mine.yaml  a question of your own, in a file of yours
  prakerja compare study=processing_rates            200,000 or 800,000 a week?
  prakerja run config=results/mine/config.yaml       the same run again
  prakerja trace person=42           one person's journey, in dated sentences
  prakerja scenarios                 the questions there are
  prakerja config rate_800k          what is composed, and where it comes from
  prakerja assumptions               what is assumed, and what it rests on
  prakerja drivers rate_800k         which of it drives the figures
  prakerja calibrate                 fit what is uncertain to published figures
  prakerja validate                  leave dates out, fit, and predict them
  prakerja baseline rate_800k        record its figures, to be held to them
  prakerja check                     whether any baseline moved
  prakerja --version                 the version

After the command comes what you change, as key=value. The keys are those of
the files in configs/:

  population.scale=0.01              one person in a hundred: faster, less sure
  processing.rate=800000             people a week; null is plenty, 0 is closed
  payment.capacity=1.1               every partner a tenth more
  waves=weekly budget=whole          waves by rule, one budget
  payment.partners.dana.outages='[{from: 2020-11-01, until: 2020-11-11}]'
                                     DANA is down for ten days; a list takes the
                                     place of the one in configs/
  run.seed=7 run.replication=3       another draw of luck
  run.folder=results/mine            where tables and figures go (default: a new
                                     folder in results/runs/)
  run.people=participants            whose journeys are written: none (default),
                                     participants, all
  run.figures=none                   tables only
  run.without_outages=true           simulate it again without the outages, and
                                     say who was touched, and until when
  results.csv=id                     semicolon and decimal comma, for Excel in
                                     Indonesian

Write 800000 or 800_000: a full stop is the decimal mark. Times are WIB; a date
without an hour is its 00:00. Several faults are told at once, each with what is
allowed. `prakerja COMMAND --help` says more.
Exit codes: 0 done, 1 a promise is broken or a baseline moved, 2 bad input,
3 cannot tell, 4 not comparable, 130 interrupted, 143 terminated.
"""

COMMAND_HELP = {
    "run": """\
prakerja run [NAME or FILE] [key=value ...]: simulate one scenario and answer.

  prakerja run
  prakerja run rate_200k population.scale=0.0001
  prakerja run scenario=history run.people=participants run.folder=results/all

It says what it understood of the rates, caps and counts that you gave, shows a
line of progress, then the answer: the funnel, the waits, the stations, the
bottleneck and the money. Then it writes tables and figures to the run's folder,
whole or not at all.

What an outage did, and when its queue was back, is told beside the same run
without it, which is simulated after it: twice the time, and more memory.

  prakerja run run.without_outages=true \\
    payment.partners.dana.outages='[{from: 2020-11-01, until: 2020-11-11}]'

A question of your own is a file like this one (prakerja run ./two_days.yaml):

  # @package _global_
  scenario:
    name: two_days
    question: What if the civil registry were down for two days in April 2020?
    changes: [processing.registry.outages]
  processing:
    registry:
      outages:
        - {from: 2020-04-13, until: 2020-04-15}

In many worlds: the same with other values of what nobody knows, each world with
a luck of its own; the answer has an interval of 90 % beside each figure, and
what of it is luck. What you set keeps its value in every world. worlds=base is
the fitted values alone, as is done unless asked.

  prakerja run worlds=40 population.scale=0.01
  prakerja run rate_800k worlds=40 population.scale=0.01

A run is made again from the config in its folder; keys may be changed:

  prakerja run config=results/mine/config.yaml
  prakerja run config=results/mine/config.yaml payment.capacity=1.1
""",
    "compare": """\
prakerja compare study=NAME [key=value ...]: scenarios side by side.
prakerja compare scenario=NAME,NAME ... [key=value ...]

  prakerja compare study=processing_rates
  prakerja compare scenario=rate_200k,rate_800k
  prakerja compare rate_800k processing.rate=400_000,800_000,1_600_000
  prakerja compare rate_800k payment.capacity='range(0.8,1.25,0.1)'
  prakerja compare scenario='glob(rate_*)' plan=true

The first scenario is the reference, unless reference=NAME. What stands behind
is shared by all; several values of a key are a scenario each, those of two keys
are crossed. All are validated, in every world, before anything is simulated.

A replication is a world and a luck, the same in every scenario: so differences
are those of the scenarios. There are 20, of one person in a hundred:

  replications=40                    more of them
  population.scale=1                 the full population
  worlds=base                        the fitted values alone, with 20 lucks
  precision=0.02                     until half the 95 % interval of the mean of
                                     every figure shown is 2 % of it at the most
  max_replications=60                and no more than so many
  figures=[weeks_to_clear,peak_backlog]              the key figures shown
  people=none                        not person by person
  why=true                           each difference alone, and what a tenth
                                     more of each thing gives: many more runs
  plan=true                          only what it takes: runs, memory, time
  workers=2                          processes side by side, where memory allows

Every run is kept in results/.runs/ by what it computes. Interrupted or killed,
the same command goes on from there; so does one with more replications. You may
delete the folder. A run that ends its process twice is left out, and named; the
rest is compared, and the exit code is 1.

On a cluster, with the extra [cluster]: whatever Dask starts on.

  prakerja compare study=intake executor=dask scheduler=tcp://HOST:8786

A study of your own is a file like those of scenarios/studies/:
prakerja compare study=./mine.yaml

The folder of a comparison keeps its configs and worlds; the same again, also
after a new fit:
prakerja compare config=results/runs/FOLDER
""",
    "trace": """\
prakerja trace person=NUMBER [NAME or FILE] [key=value ...]: tell one person's
journey in dated sentences.

  prakerja trace person=42
  prakerja trace person=42 scenario=rate_800k run.seed=7

People are numbered from 0 in the order they register, as in the column `person`
of people.parquet. The number is the same person for the same
population.applicants, population.scale and run.seed. The whole run is simulated
for it: for all 80 million, half a minute to a minute.
""",
    "scenarios": """\
prakerja scenarios: list the questions there are.
""",
    "config": """\
prakerja config [NAME or FILE] [key=value ...]: show what is composed, a line a
value: key, value, and what it is, by the comment in its file. Where a value is
from the scenario or from the command line, that is said first.

  prakerja config rate_800k
  prakerja config rate_800k processing.rate=1600000 | grep processing
  prakerja config csv rate_800k > config.csv     whole comments, as CSV
""",
    "assumptions": """\
prakerja assumptions [NAME or FILE] [key=value ...]: list every number that is
an assumption: key, value, unit, date, what kind of number it is, its range, and
what it rests on. Without a scenario, those of all configs; with one, those of
what is composed.

  prakerja assumptions
  prakerja assumptions scenario=rate_800k
  prakerja assumptions csv > assumptions.csv

With kind=lever (what a planner may set), kind=uncertain (what nobody controls)
or kind=constant (what is known), every number of that kind, assumed or not:

  prakerja assumptions history kind=uncertain
""",
    "drivers": """\
prakerja drivers [NAME or FILE] [figures=[NAME,...]] [points=256] [key=value
...]: which of what nobody knows drives a figure, and so what to find out next.

  prakerja drivers rate_800k
  prakerja drivers rate_800k figures=[weeks_to_clear,participants]
  prakerja drivers history figures=[wait.place.p95_days_got_it] points=512

It simulates the question at 256 points, 32 of them with a second luck. At each
point every uncertain number has its value in some member of the ensemble;
numbers that are known only together move together. Of each figure it prints how
much of its variance would go if a driver were known (alone, and with what it
makes together with others), with 90 % intervals, luck, and what is not
explained. What the question sets is no driver.

A figure is a name of kpis.json, its last part, or one of weeks_to_clear,
joined, awarded, participants, completed, paid_in_full, wait_for_incentive,
payments_waiting, rupiah_paid. One person in 333 is simulated unless you say
another population.scale; on two cores it takes some ten minutes. Each run is
kept in results/runs/.drivers/ (remove it when you like): stopped, it goes on
where it was; other figures or more points ask only for what is missing.
""",
    "calibrate": """\
prakerja calibrate [rehearse]: fit the uncertain numbers of the base to what was
published by 15 October 2020; write the fitted values into configs/, and the
members of the ensemble into configs/ensemble/.

  prakerja calibrate
  prakerja calibrate rehearse population.scale=0.001
  prakerja calibrate run.seed=1             (other luck in its runs)

It makes some 3,140 runs of history, with one person in a hundred unless you say
another population.scale: 22 minutes on two cores. Each run is
kept in .calibration/: stopped, it goes on where it was. `git diff configs`
shows what it changed; comments and all other numbers stay. Where the chains of
draws do not agree, or few draws outweigh all others, it writes nothing and ends
with exit code 1. With `rehearse` it does little of each step, prints, and
writes nothing. Nothing else may be said: the fit is of history as it is.
""",
    "validate": """\
prakerja validate [rehearse]: leave the figures of each date out in turn, fit
without them, predict them, and print intervals, figures and scores.

  prakerja validate

It uses the runs that `prakerja calibrate` keeps in .calibration/, or makes
them: some 1,940. It takes population.scale, run.seed and rehearse as well.
Where the chains of draws without some date do not agree, or are too short, it
says so and ends with exit code 1. With `rehearse` it does little of each step,
and says that nothing it prints may be believed.
""",
    "baseline": """\
prakerja baseline NAME ... [replications=20] [--replace]: record the figures of
scenarios in results/baselines/NAME.json, to which `prakerja check` holds all
later versions.

  prakerja baseline rate_800k
  prakerja baseline scenario=./mine.yaml population.scale=0.01
  prakerja baseline --all --replace          those that are there, again
  prakerja baseline rate_800k --seal         accept a file changed by hand

It runs the base world in 20 replications (8 are the least), one person in 250
unless you say another population.scale; recorded anew, as it was before. Each
figure has a margin that follows from what luck does to it: twice the margin is
seen nearly always, luck alone never moves it. Recording over one needs
--replace, and prints what moves.
""",
    "check": """\
prakerja check [NAME ...] [key=value ...]: run the baselines in
results/baselines/ again, all or those named, on the same seeds, and say what
moved.

  prakerja check
  prakerja check history rate_800k
  prakerja check rate_800k processing.rate=600000    what would that move?
  prakerja check --junit check.xml --markdown check.md --annotations

Each figure is identical, the same (surely within its margin), better, worse or
moved (surely beyond it), or it cannot be told; then all replications of the
baseline are run. Parameters that changed are named. --junit writes a report for
build servers, --markdown one for people, --annotations prints lines that GitHub
shows beside a change. What changed is drawn into a folder in results/runs/.

Exit codes: 0 every baseline holds; 1 one moved, or a service level is newly
broken; 2 bad input, nothing was run; 3 cannot tell; 4 not comparable: other
people or another seed. Of several the first of 2, 1, 4, 3, 0.
""",
}
