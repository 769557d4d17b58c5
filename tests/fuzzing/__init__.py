"""Coverage-guided fuzzing of everything that reads what somebody else wrote.

Each module in `tests.fuzzing.targets` is one target: `fuzz_one(data)` runs one input and raises when anything but the
documented happens, `corpus()` makes the inputs that it starts from, `mutate` changes one with a sense for what it is,
`FUZZED` names the packages whose coverage counts. With atheris inputs are bred by coverage; without it the same
mutations are drawn by a seed. `python -m tests.fuzzing TARGET --input FILE` runs one input again.
"""
