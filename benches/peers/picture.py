"""Curves as an SVG that needs nothing else: a panel for each, one above the other, points with their values, powers of ten on the axes."""

import math
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT, TOP, PANEL, BETWEEN, FOOT = 760, 70, 40, 78, 150, 48, 104
COLOURS = ("#1f5f8b", "#b3541e")
STYLE = ("text{font-family:Helvetica,Arial,'DejaVu Sans',sans-serif;font-size:13px;fill:#222}.title{font-size:17px;"
         "font-weight:bold}.small{font-size:11px;fill:#555}.end{text-anchor:end}.middle{text-anchor:middle}"
         ".grid{stroke:#e2e2e2}.axis{stroke:#888}.value{stroke:#fff;stroke-width:4px;paint-order:stroke}")


def number(value):
    """As it is read: 1,000 and 0.52, three figures at most behind the first that counts."""
    return format(round(value), ",") if value >= 100 else "%.3g" % value


def wrapped(text, width):
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = ""
        line = (line + " " + word).strip()
    return lines + [line]


class Axis:
    """Powers of ten from one at or below the least value to one at or above the greatest."""

    def __init__(self, values, start, end):
        self.low, self.high = math.floor(math.log10(min(values)) + 1e-9), math.ceil(math.log10(max(values)) - 1e-9)
        if self.low == self.high:
            self.high += 1
        self.start, self.end = start, end

    def at(self, value):
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self):
        return [10.0 ** it for it in range(self.low, self.high + 1)]


def picture(title, across, panels, source, names=None):
    """The text of an SVG. Panels are pairs of a name with its unit and of points; `across` names the axis below; `names` has ticks
    that are called otherwise; `source` says what made the figures."""
    height = TOP + len(panels) * (PANEL + BETWEEN) - BETWEEN + FOOT
    x = Axis([point[0] for _, points in panels for point in points], LEFT, WIDTH - RIGHT)
    out = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">' % (
        WIDTH, height, WIDTH, height, escape(title, {'"': "&quot;"})), "<style>%s</style>" % STYLE,
        '<rect width="%d" height="%d" fill="#fff"/>' % (WIDTH, height),
        '<text class="title" x="%d" y="28">%s</text>' % (LEFT, escape(title))]
    for at, (name, points) in enumerate(panels):
        out += panel(name, points, x, TOP + at * (PANEL + BETWEEN), COLOURS[at % len(COLOURS)])
    below = height - FOOT
    for tick in x.ticks():
        out.append('<text class="middle" x="%.1f" y="%d">%s</text>' % (
            x.at(tick), below + 18, (names or {}).get(tick) or number(tick)))
    out.append('<text class="middle" x="%d" y="%d">%s</text>' % ((LEFT + WIDTH - RIGHT) // 2, below + 38, escape(across)))
    for line, text in enumerate(wrapped(source, 116)[:3]):
        out.append('<text class="small" x="%d" y="%d">%s</text>' % (LEFT, below + 62 + 14 * line, escape(text)))
    return "\n".join(out + ["</svg>"]) + "\n"


def panel(name, points, x, top, colour):
    """One curve with its own axis: a line through the points, and the value at each."""
    bottom = top + PANEL
    y = Axis([point[1] for point in points], bottom, top)
    out = ['<text x="%d" y="%d" style="fill:%s">%s</text>' % (LEFT, top - 16, colour, escape(name))]
    for tick in x.ticks():
        out.append('<line class="grid" x1="%.1f" y1="%d" x2="%.1f" y2="%d"/>' % (x.at(tick), top, x.at(tick), bottom))
    for tick in y.ticks():
        out.append('<line class="grid" x1="%d" y1="%.1f" x2="%d" y2="%.1f"/>' % (LEFT, y.at(tick), WIDTH - RIGHT, y.at(tick)))
        out.append('<text class="end" x="%d" y="%.1f">%s</text>' % (LEFT - 8, y.at(tick) + 4, number(tick)))
    out.append('<line class="axis" x1="%d" y1="%d" x2="%d" y2="%d"/>' % (LEFT, top, LEFT, bottom))
    out.append('<line class="axis" x1="%d" y1="%d" x2="%d" y2="%d"/>' % (LEFT, bottom, WIDTH - RIGHT, bottom))
    places = [(x.at(across), y.at(up), up) for across, up in points]
    out.append('<polyline fill="none" stroke="%s" stroke-width="2" points="%s"/>' % (
        colour, " ".join("%.1f,%.1f" % place[:2] for place in places)))
    for at, (across, up, value) in enumerate(places):
        # Above the point, and away from the edges at the ends.
        first, last = at == 0, at == len(places) - 1
        out.append('<circle cx="%.1f" cy="%.1f" r="3.5" fill="%s"/>' % (across, up, colour))
        out.append('<text class="value %s" x="%.1f" y="%.1f" style="fill:%s">%s</text>' % (
            "" if first else "end" if last else "middle", across + (7 if first else -7 if last else 0),
            up - 10, colour, number(value)))
    return out
