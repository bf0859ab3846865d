"""Linear solvers on the staggered grid: geometric multigrid and preconditioned conjugate gradients for the pressure."""
