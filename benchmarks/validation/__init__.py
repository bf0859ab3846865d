"""Hallflow against work that nobody here wrote: published tables, experiments, exact solutions, orders of accuracy.

    python -m benchmarks.validation                      every study, every row
    python -m benchmarks.validation --only lid-cavity    one of them
    python -m benchmarks.validation --write docs/validation.md --pictures docs/pictures/validation

A study is a module with `run(sheet)`; it adds rows and pictures to the sheet. One line in STUDIES makes it known.
"""

STUDIES: dict[str, str] = {  # name on the command line: module; long ones first
    "lid-cavity": "benchmarks.validation.lid_cavity",
    "ventilated-room": "benchmarks.validation.ventilated_room",
    "heated-cavity": "benchmarks.validation.heated_cavity",
    "shipped-halls": "benchmarks.validation.shipped_halls",
    "manufactured": "benchmarks.validation.manufactured",
    "tall-cavity": "benchmarks.validation.tall_cavity",
    "ideal-gas": "benchmarks.validation.ideal_gas",
    "channel": "benchmarks.validation.channel",
    "plane-flows": "benchmarks.validation.plane_flows",
    "losses": "benchmarks.validation.losses",
}
