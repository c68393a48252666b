//! Pictures as SVG: whole numbers of tenths of a pixel, the same bytes everywhere, letters by the name of a font.

use std::fmt::Write as _;

use rate_core::notice::escaped as safe;

/// A picture in the making; lengths are tenths of a pixel.
pub(crate) struct Svg {
    width: i128,
    height: i128,
    body: String,
}

/// To which side of its place a text stands.
#[derive(Clone, Copy)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    const fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

/// A length in pixels.
fn px(tenths: i128) -> String {
    let sign = if tenths < 0 { "-" } else { "" };
    match tenths.unsigned_abs() {
        whole if whole % 10 == 0 => format!("{sign}{}", whole / 10),
        part => format!("{sign}{}.{}", part / 10, part % 10),
    }
}

impl Svg {
    pub(crate) const fn new(width: i128, height: i128) -> Self {
        Self { width, height, body: String::new() }
    }

    /// A filled box; nothing where it has no width.
    pub(crate) fn bar(&mut self, (x, y): (i128, i128), (width, height): (i128, i128), fill: &str, said: &str) {
        // Writing to a String cannot fail.
        let _ = write!(
            self.body,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{fill}\"><title>{}</title></rect>",
            px(x),
            px(y),
            px(width.max(0)),
            px(height.max(0)),
            safe(said)
        );
    }

    pub(crate) fn line(&mut self, (x1, y1): (i128, i128), (x2, y2): (i128, i128), stroke: &str) {
        let _ = write!(
            self.body,
            "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"{stroke}\"/>",
            px(x1),
            px(y1),
            px(x2),
            px(y2)
        );
    }

    pub(crate) fn path(&mut self, points: &[(i128, i128)], stroke: &str) {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{},{}", px(*x), px(*y))).collect();
        let _ = write!(
            self.body,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{stroke}\" stroke-width=\"2\"/>",
            points.join(" ")
        );
    }

    /// A filled outline.
    pub(crate) fn area(&mut self, points: &[(i128, i128)], fill: &str) {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{},{}", px(*x), px(*y))).collect();
        let _ = write!(self.body, "<polygon points=\"{}\" fill=\"{fill}\"/>", points.join(" "));
    }

    pub(crate) fn dot(&mut self, (x, y): (i128, i128), fill: &str, said: &str) {
        let _ = write!(
            self.body,
            "<circle cx=\"{}\" cy=\"{}\" r=\"3\" fill=\"{fill}\"><title>{}</title></circle>",
            px(x),
            px(y),
            safe(said)
        );
    }

    pub(crate) fn text(&mut self, (x, y): (i128, i128), anchor: Anchor, fill: &str, text: &str) {
        let _ = write!(
            self.body,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"{}\" fill=\"{fill}\">{}</text>",
            px(x),
            px(y),
            anchor.word(),
            safe(text)
        );
    }

    /// The whole picture, with what it shows for whoever cannot see it.
    pub(crate) fn finish(self, said: &str) -> String {
        let Self { width, height, body } = self;
        format!(
            "<svg viewBox=\"0 0 {} {}\" width=\"{}\" role=\"img\" aria-label=\"{}\" xmlns=\"http://www.w3.org/2000/svg\">{body}</svg>",
            px(width),
            px(height),
            px(width),
            safe(said)
        )
    }
}
