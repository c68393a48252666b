"""Every method by the name of its rule set, with the settings it is asked for."""

from methods import eight, invented, three

METHODS = {}
for module in (eight, three, invented):
    METHODS.update(module.METHODS)
