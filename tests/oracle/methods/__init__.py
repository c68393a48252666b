"""Every method by the name of its rule set, with the settings it is asked for."""

from methods import eight, invented, three

METHODS = {}
for module in (eight, three, invented):
    METHODS.update(module.METHODS)

# Orders reach everybody; grades are ordered here where they multiply a base rate.
NO_ORDERED_GRADE = ("310000/before-2015", "330100/2012", "500000/2012", "990600/steps-by-class")
for name, method in METHODS.items():
    method.hits.append("a rate by order")
    if name not in NO_ORDERED_GRADE:
        method.hits.append("a grade by order")
