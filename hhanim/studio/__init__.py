"""Scenes into media, along a street that is walked one way: plan, fresh, draw, make, deliver; media lies below all."""
