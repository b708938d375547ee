"""A membrane as a circuit: its elements, the balance of its currents, feedback, the voltage clamp."""
