"""An axon along its length."""
