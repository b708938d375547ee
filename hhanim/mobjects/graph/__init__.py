"""What is drawn against axes, and what is written: traces, planes, rates, the stimulus, equations."""
