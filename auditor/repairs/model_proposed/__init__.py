"""Mechanisms that are tried at every suspicious place, and leave it to the models to choose."""
