"""Air flow by finite volumes: momentum, pressure, energy, turbulence, and the steady solver that runs them."""
