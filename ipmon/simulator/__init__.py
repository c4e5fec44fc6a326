"""The simulated world: registers by the million whose every number is known, for tests, benchmarks and rehearsals."""
