"""Which uncertainties drive a figure: shares of its variance, from a design of its own.

groups  the drivers: uncertain numbers that are known only together are one
points  the design: each driver takes the values of some member of the ensemble, whatever the others take
shares  what of the variance each driver makes, alone and with others, by an emulator of the runs
drive   all of it: design, runs, tables
"""
