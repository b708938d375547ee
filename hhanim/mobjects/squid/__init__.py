"""The squid, its giant axon, and the chamber in which the axon was studied."""
