"""The law that `rate` decides a shape by: directories with the fixtures of the repository."""

import os
import shutil

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
# Shape -> rule set, parameters, area of the made-up book, first day of the rates.
LAWS = {
    "three-year": ("illustrative/three-year.toml", "990100/demonstration.toml", "990100", "2022-07-01"),
    # No made-up account may stand in a real area, so the area of both files is another.
    "jiangsu": ("320000/2023.toml", "320000/base-rates.toml", "990320", "2025-01-01"),
}


def write(shape, directory):
    """Copies the law of a shape; the directories of rules and of parameters."""
    rule_set, parameters, area, _ = LAWS[shape]
    fixtures = os.path.join(ROOT, "fixtures")
    rules, values = os.path.join(directory, "rules"), os.path.join(directory, "parameters")
    os.makedirs(rules, exist_ok=True)
    os.makedirs(values, exist_ok=True)
    shutil.copy(os.path.join(fixtures, "rule_sets", "cn", "2015-71.toml"), rules)
    for source, target in ((os.path.join(fixtures, "rule_sets", rule_set), os.path.join(rules, "method.toml")),
                           (os.path.join(fixtures, "parameters", parameters), os.path.join(values, "area.toml"))):
        with open(source, encoding="utf-8") as file:
            written = file.read().replace('"320000"', '"%s"' % area)
        with open(target, "w", encoding="utf-8") as file:
            file.write(written)
    return rules, values
