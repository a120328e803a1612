"""The parts of the generator of the synthetic listening exercise."""
