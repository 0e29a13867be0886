"""Speed and size, printed: `python -m tests.benchmarks` runs all parts, `python -m tests.benchmarks tandem` one."""
