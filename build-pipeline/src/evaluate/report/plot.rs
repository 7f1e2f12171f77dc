//! An empty plot: scales, ticks, grid, text, as SVG.

use std::fmt::Write;

/// Room around the plot for the ticks' texts.
const LEFT: f64 = 46.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 42.0;

/// A plot under way: what is added is in its units.
pub(super) struct Plot {
    svg: String,
    width: f64,
    height: f64,
    x: (f64, f64),
    y: (f64, f64),
    /// Where points and labels stand, in the picture: left, top, right, bottom.
    taken: Vec<[f64; 4]>,
}

impl Plot {
    /// A plot whose axes go from and to these values. `about` says what it shows to those who don't see it.
    pub fn new((width, height): (f64, f64), x: (f64, f64), y: (f64, f64), about: &str) -> Plot {
        let svg = format!(
            "<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\">\n",
            escaped(about)
        );
        Plot {
            svg,
            width,
            height,
            x,
            y,
            taken: Vec::new(),
        }
    }

    pub fn at_x(&self, x: f64) -> f64 {
        LEFT + (x - self.x.0) / (self.x.1 - self.x.0) * (self.width - LEFT - RIGHT)
    }

    pub fn at_y(&self, y: f64) -> f64 {
        self.height - BOTTOM - (y - self.y.0) / (self.y.1 - self.y.0) * (self.height - TOP - BOTTOM)
    }

    /// Horizontal lines with their values, and the axis.
    pub fn y_axis(&mut self, ticks: &[f64], shown: impl Fn(f64) -> String) {
        for tick in ticks {
            let class = if *tick == self.y.0 { "axis" } else { "grid" };
            let y = self.at_y(*tick);
            let (from, to) = (LEFT, self.width - RIGHT);
            self.element(format_args!(
                "<line class=\"{class}\" x1=\"{from:.1}\" x2=\"{to:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>"
            ));
            self.text((LEFT - 8.0, y + 4.0), "end", "", &shown(*tick));
        }
    }

    /// Texts below the axis.
    pub fn x_ticks(&mut self, ticks: &[(f64, String)]) {
        for (x, text) in ticks {
            self.text((self.at_x(*x), self.height - BOTTOM + 18.0), "middle", "", text);
        }
    }

    /// What the x axis is.
    pub fn x_name(&mut self, name: &str) {
        let middle = (LEFT + self.width - RIGHT) / 2.0;
        self.text((middle, self.height - 5.0), "middle", "", name);
    }

    /// A text at a point of the picture, not of the plot.
    pub fn text(&mut self, (x, y): (f64, f64), anchor: &str, class: &str, text: &str) {
        let text = escaped(text);
        self.element(format_args!(
            "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>"
        ));
    }

    /// A line through points.
    pub fn line(&mut self, series: usize, points: &[(f64, f64)]) {
        let mut path = String::new();
        for (i, (x, y)) in points.iter().enumerate() {
            let verb = if i == 0 { 'M' } else { 'L' };
            write!(path, "{verb}{:.1} {:.1}", self.at_x(*x), self.at_y(*y)).ok();
        }
        self.element(format_args!("<path class=\"line stroke s{series}\" d=\"{path}\"/>"));
    }

    /// A dashed line across the plot.
    pub fn level(&mut self, series: usize, y: f64, name: &str) {
        let at = self.at_y(y);
        let (from, to) = (LEFT, self.width - RIGHT);
        self.element(format_args!(
            "<line class=\"dashed stroke s{series}\" x1=\"{from:.1}\" x2=\"{to:.1}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>"
        ));
        self.text((to, at - 6.0), "end", "", name);
    }

    /// A point with its interval; `told` appears when one rests on it.
    pub fn point(&mut self, series: usize, (x, y): (f64, f64), interval: Option<(f64, f64)>, told: &str) {
        let at = self.at_x(x);
        if let Some((low, high)) = interval {
            let (low, high) = (self.at_y(low), self.at_y(high));
            self.element(format_args!(
                "<line class=\"range stroke s{series}\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{low:.1}\" y2=\"{high:.1}\"/>"
            ));
        }
        let (y, told) = (self.at_y(y), escaped(told));
        self.taken.push([at - 5.0, y - 5.0, at + 5.0, y + 5.0]);
        self.element(format_args!(
            "<circle class=\"dot fill s{series}\" cx=\"{at:.1}\" cy=\"{y:.1}\" r=\"4.5\"><title>{told}</title></circle>"
        ));
    }

    /// A ring around a point.
    pub fn ring(&mut self, (x, y): (f64, f64), told: &str) {
        let (x, y, told) = (self.at_x(x), self.at_y(y), escaped(told));
        self.taken.push([x - 9.0, y - 9.0, x + 9.0, y + 9.0]);
        self.element(format_args!(
            "<circle class=\"ring\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"8\"><title>{told}</title></circle>"
        ));
    }

    /// A short text beside a point, where nothing stands yet; none if there is no such place. Draw all points before it.
    pub fn label(&mut self, (x, y): (f64, f64), class: &str, text: &str) {
        const HEIGHT: f64 = 11.0;
        let (x, y) = (self.at_x(x), self.at_y(y));
        let width = 6.8 * text.chars().count() as f64;
        // The left end of the text and its foot: above, below, beside, and the corners.
        let places = [
            (-width / 2.0, -11.0),
            (9.0, -8.0),
            (-width / 2.0, 20.0),
            (11.0, 4.0),
            (-11.0 - width, 4.0),
            (-9.0 - width, -8.0),
            (9.0, 17.0),
            (-9.0 - width, 17.0),
        ];
        let boxes = places.map(|(dx, dy)| [x + dx, y + dy - HEIGHT, x + dx + width, y + dy]);
        let inside = |b: &[f64; 4]| b[0] >= LEFT && b[2] <= self.width && b[1] >= 0.0 && b[3] <= self.height - BOTTOM;
        let apart = |b: &[f64; 4], other: &[f64; 4]| {
            b[2] <= other[0] || other[2] <= b[0] || b[3] <= other[1] || other[3] <= b[1]
        };
        let free = |b: &&[f64; 4]| inside(b) && self.taken.iter().all(|other| apart(b, other));
        if let Some(place) = boxes.iter().find(free).copied() {
            self.text((place[0], place[3]), "start", class, text);
            self.taken.push(place);
        }
    }

    /// A bar from the axis up.
    pub fn bar(&mut self, series: usize, (from, to): (f64, f64), y: f64, told: &str) {
        let (x, width) = (self.at_x(from), self.at_x(to) - self.at_x(from));
        let (top, base) = (self.at_y(y), self.at_y(self.y.0));
        let (height, told) = (base - top, escaped(told));
        self.element(format_args!(
            "<rect class=\"fill s{series}\" x=\"{x:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"2\"><title>{told}</title></rect>"
        ));
    }

    fn element(&mut self, element: std::fmt::Arguments<'_>) {
        writeln!(self.svg, "{element}").ok();
    }

    pub fn finish(self) -> String {
        self.svg + "</svg>\n"
    }
}

/// Round values from 0 or `least` to just above `most`: some four to seven of them.
pub(super) fn ticks(least: f64, most: f64) -> Vec<f64> {
    let span = (most - least).max(1e-6);
    let rough = span / 5.0;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0]
        .map(|factor| factor * power)
        .into_iter()
        .find(|step| *step >= rough * 0.999)
        .unwrap_or(power);
    let (first, last) = ((least / step + 1e-9).floor() as i64, (most / step - 1e-9).ceil() as i64);
    (first..=last.max(first + 1)).map(|i| i as f64 * step).collect()
}

/// As text of HTML or of an attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_cover_the_values() {
        assert_eq!(ticks(0.0, 0.19), [0.0, 0.05, 0.1, 0.15000000000000002, 0.2]);
        assert_eq!(ticks(0.0, 500.0), [0.0, 100.0, 200.0, 300.0, 400.0, 500.0]);
        for (least, most) in [(0.0, 0.0), (0.0, 1e-9), (0.17, 0.19), (0.0, 1.0), (3.0, 977.0)] {
            let ticks = ticks(least, most);
            assert!((2..=8).contains(&ticks.len()), "{ticks:?}");
            assert!(
                ticks[0] <= least + 1e-9 && *ticks.last().unwrap() >= most - 1e-9,
                "{ticks:?}"
            );
        }
    }

    #[test]
    fn text_can_not_leave_its_place() {
        assert_eq!(escaped("<b a=\"1\">&"), "&lt;b a=&quot;1&quot;&gt;&amp;");
    }
}
