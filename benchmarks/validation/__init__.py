"""Hallflow against work that nobody here wrote: published tables, experiments, exact solutions, orders of accuracy.

    python -m benchmarks.validation                      every study, every row
    python -m benchmarks.validation --only lid-cavity    one of them
    python -m benchmarks.validation --write docs/validation.md --pictures docs/pictures/validation

A study is a module with `run(sheet)`; it adds rows and pictures to the sheet. One line in STUDIES makes it known.
"""

STUDIES: dict[str, str] = {  # name on the command line: module
    "lid-cavity": "benchmarks.validation.lid_cavity",
    "plane-flows": "benchmarks.validation.plane_flows",
    "channel": "benchmarks.validation.channel",
    "manufactured": "benchmarks.validation.manufactured",
    "losses": "benchmarks.validation.losses",
    "heated-cavity": "benchmarks.validation.heated_cavity",
    "shipped-halls": "benchmarks.validation.shipped_halls",
    "ventilated-room": "benchmarks.validation.ventilated_room",
    "tall-cavity": "benchmarks.validation.tall_cavity",
    "ideal-gas": "benchmarks.validation.ideal_gas",
}
