"""A piece of membrane: lipids, channels with their gates, ions, charge."""
