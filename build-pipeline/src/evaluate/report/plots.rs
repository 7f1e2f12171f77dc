//! The plots of the report.

use std::fmt::Write;

use super::plot::{Plot, escaped, ticks};
use crate::evaluate::findings::{Findings, Row, Shown};

/// The colour of each kind of row, the same in all plots.
fn series(row: &Row) -> usize {
    match row.key {
        "pack" => 0,
        "float" => 1,
        "collaborative" => 2,
        "content" => 3,
        "popularity" => 4,
        _ => 5,
    }
}

/// The rows of which no curve is made.
fn plain(findings: &Findings) -> Vec<&Row> {
    findings.rows.iter().filter(|row| row.setting.is_none()).collect()
}

fn legend<'a>(entries: impl Iterator<Item = (usize, &'a str)>) -> String {
    let mut out = String::from("<ul class=\"legend\">");
    for (series, name) in entries {
        write!(out, "<li class=\"s{series}\">{}</li>", escaped(name)).ok();
    }
    out + "</ul>\n"
}

fn interval(shown: Shown) -> Option<(f64, f64)> {
    shown.low.zip(shown.high)
}

fn told(name: &str, shown: Shown) -> String {
    let interval = interval(shown).map(|(low, high)| format!(" ({low:.4} to {high:.4})"));
    format!("{name}: {:.4}{}", shown.value, interval.unwrap_or_default())
}

/// The largest that is drawn.
fn top(shown: Shown) -> f64 {
    shown.high.unwrap_or(shown.value)
}

/// Recall and NDCG, a panel each.
pub(super) fn by_length(findings: &Findings) -> String {
    let rows = plain(findings);
    let mut out = legend(rows.iter().map(|row| (series(row), row.label.as_str())));
    out.push_str("<div class=\"panels\">\n");
    for (key, name) in [("recall", "Recall"), ("ndcg", "NDCG")] {
        write!(
            out,
            "<figure>\n<figcaption>{name}</figcaption>\n{}</figure>\n",
            panel(findings, key, name)
        )
        .ok();
    }
    out + "</div>\n"
}

fn panel(findings: &Findings, key: &str, name: &str) -> String {
    let (rows, ks) = (plain(findings), &findings.about.ks);
    let figures = || {
        ks.iter()
            .flat_map(|k| rows.iter().filter_map(move |row| row.figure(key, *k)))
    };
    let ticks = ticks(0.0, figures().map(top).fold(0.0, f64::max));
    let last = ticks.last().copied().unwrap_or(1.0);
    let about = format!("{name} by length of the list");
    let mut plot = Plot::new((480.0, 320.0), (-0.5, ks.len() as f64 - 0.5), (0.0, last), &about);
    plot.y_axis(&ticks, |tick| decimals(tick, last));
    let places: Vec<(f64, String)> = ks.iter().enumerate().map(|(i, k)| (i as f64, k.to_string())).collect();
    plot.x_ticks(&places);
    plot.x_name("length of the list");
    // Points of one length stand side by side, so that their intervals can be told apart.
    let step = 0.07;
    let first = -step * (rows.len() as f64 - 1.0) / 2.0;
    for (at, row) in rows.iter().enumerate().rev() {
        let x = |i: usize| i as f64 + first + step * at as f64;
        let shown: Vec<(f64, Shown, usize)> = ks
            .iter()
            .enumerate()
            .filter_map(|(i, k)| Some((x(i), row.figure(key, *k)?, *k)))
            .collect();
        let points: Vec<(f64, f64)> = shown.iter().map(|(x, shown, _)| (*x, shown.value)).collect();
        plot.line(series(row), &points);
        for (x, figure, k) in shown {
            let told = told(&format!("{}, {name}@{k}", row.label), figure);
            plot.point(series(row), (x, figure.value), interval(figure), &told);
        }
    }
    plot.finish()
}

/// As many decimals as the largest tick needs.
fn decimals(tick: f64, last: f64) -> String {
    let digits = if last <= 0.02 {
        4
    } else if last <= 0.25 {
        3
    } else {
        2
    };
    let text = format!("{tick:.digits$}");
    if tick == 0.0 { "0".to_owned() } else { text }
}

/// Shares of the tenths of the catalogue.
pub(super) fn tenths(findings: &Findings) -> String {
    let tenths = &findings.popularity_tenths;
    let both = [
        (4, "histories", &tenths.history),
        (0, "recommended", &tenths.recommended),
    ];
    let most = both
        .iter()
        .flat_map(|(_, _, shares)| shares.iter())
        .copied()
        .fold(0.0, f64::max);
    let ticks = ticks(0.0, most);
    let last = ticks.last().copied().unwrap_or(1.0);
    let about = "Share of the events and of the recommendations by tenth of the catalogue";
    let mut plot = Plot::new((960.0, 300.0), (0.0, 10.0), (0.0, last), about);
    plot.y_axis(&ticks, |tick| format!("{:.0} %", 100.0 * tick));
    let name = |i: usize| match i {
        0 => "most popular".to_owned(),
        9 => "least".to_owned(),
        _ => format!("{}–{} %", 10 * i, 10 * (i + 1)),
    };
    plot.x_ticks(&(0..10).map(|i| (i as f64 + 0.5, name(i))).collect::<Vec<_>>());
    plot.x_name("tenths of the catalogue, by popularity");
    for (at, (series, what, shares)) in both.iter().enumerate() {
        for (i, share) in shares.iter().enumerate() {
            let from = i as f64 + 0.16 + 0.35 * at as f64;
            let told = format!("{what}, {}: {:.1} %", name(i), 100.0 * share);
            plot.bar(*series, (from, from + 0.33), *share, &told);
            if *share > 0.0005 {
                let middle = (plot.at_x(from + 0.165), plot.at_y(*share) - 5.0);
                plot.text(middle, "middle", "", &format!("{:.1}", 100.0 * share));
            }
        }
    }
    legend(both.iter().map(|(series, what, _)| (*series, *what))) + &plot.finish()
}

/// What the curves are drawn against: a measure, what it is called, and which way is better.
const AGAINST: [(&str, &str); 3] = [
    ("intra_list_diversity", "diversity of the list →"),
    ("miscalibration", "← how far its genres are from the history’s, bits"),
    ("coverage", "share of the catalogue in anybody’s list →"),
];

/// NDCG by what each knob of the curves is for: a panel for diversity, one for calibration if that is among them, and one for coverage
/// if neither can be measured. Nothing without curves.
pub(super) fn curve(findings: &Findings) -> Option<String> {
    let k = findings.about.main_k;
    let colour = |place: usize| [0, 2, 3, 1][place % 4];
    let calibrates = findings.curves.iter().any(|curve| curve.knob == "calibration");
    let measured = |key| findings.rows[0].figure(key, k).is_some();
    let mut against: Vec<_> = AGAINST.into_iter().filter(|(key, _)| measured(key)).collect();
    against.retain(|(key, _)| *key != "miscalibration" || calibrates);
    if against.len() > 1 {
        against.retain(|(key, _)| *key != "coverage");
    }
    let names: Vec<String> = findings
        .curves
        .iter()
        .map(|curve| curve.knob.replace('_', " "))
        .collect();
    let mut out = legend(names.iter().enumerate().map(|(at, name)| (colour(at), name.as_str())));
    out.push_str("<div class=\"panels\">\n");
    for (key, name) in &against {
        let own = point(&findings.rows[0], key, k)?;
        let series: Vec<Series<'_>> = (findings.curves.iter().enumerate())
            .map(|(at, curve)| {
                let rows = findings.rows.iter().filter(|row| row.key == curve.knob);
                let mut points: Vec<(f32, Point)> = rows
                    .filter_map(|row| Some((row.setting?, point(row, key, k)?)))
                    .filter(|(value, _)| *value != curve.own)
                    .collect();
                points.push((curve.own, own));
                points.sort_by(|a, b| a.0.total_cmp(&b.0));
                Series {
                    colour: colour(at),
                    name: &names[at],
                    points,
                }
            })
            .collect();
        write!(out, "<figure>\n{}</figure>\n", curve_panel(&series, own, name, k)?).ok();
    }
    let any = !findings.curves.is_empty() && !against.is_empty();
    any.then(|| out + "</div>\n")
}

/// A row of a curve: the measure that it is drawn against, and NDCG.
type Point = (f64, Shown);

fn point(row: &Row, key: &str, k: usize) -> Option<Point> {
    Some((row.figure(key, k)?.value, row.figure("ndcg", k)?))
}

/// The values of a knob, ascending, with the pack's own.
struct Series<'a> {
    colour: usize,
    name: &'a str,
    points: Vec<(f32, Point)>,
}

fn curve_panel(series: &[Series<'_>], own: Point, x_name: &str, k: usize) -> Option<String> {
    let points = || {
        series
            .iter()
            .flat_map(|series| series.points.iter().map(|(_, point)| *point))
    };
    let range = |value: fn(&Point) -> f64| {
        let all = || points().chain([own]).map(|point| value(&point));
        let (least, most) = (
            all().fold(f64::INFINITY, f64::min),
            all().fold(f64::NEG_INFINITY, f64::max),
        );
        ticks(least, most)
    };
    let (x_ticks, y_ticks) = (range(|point| point.0), range(|point| point.1.value));
    let (left, right) = (*x_ticks.first()?, *x_ticks.last()?);
    let (low, high) = (*y_ticks.first()?, *y_ticks.last()?);
    let about = format!("NDCG@{k} by {}", x_name.trim_matches(['←', '→', ' ']));
    // With room for texts at the edges.
    let (beside, above) = (0.04 * (right - left), 0.08 * (high - low));
    let mut plot = Plot::new(
        (480.0, 340.0),
        (left - beside, right + beside),
        (low, high + above),
        &about,
    );
    plot.y_axis(&y_ticks, |tick| decimals(tick, high - low));
    let shown = |tick: &f64| (*tick, decimals(*tick, right - left));
    plot.x_ticks(&x_ticks.iter().map(shown).collect::<Vec<_>>());
    plot.x_name(x_name);
    for series in series {
        plot.line(
            series.colour,
            &series
                .points
                .iter()
                .map(|(_, (x, y))| (*x, y.value))
                .collect::<Vec<_>>(),
        );
    }
    for series in series {
        for (value, (x, y)) in &series.points {
            let told = told(&format!("{} {value}, {x:.4}, NDCG@{k}", series.name), *y);
            plot.point(series.colour, (*x, y.value), None, &told);
        }
    }
    plot.ring(
        (own.0, own.1.value),
        &told(&format!("the pack’s own, {:.4}, NDCG@{k}", own.0), own.1),
    );
    plot.label((own.0, own.1.value), "strong of", "default");
    for series in series {
        for (value, (x, y)) in &series.points {
            if (*x, y.value) != (own.0, own.1.value) {
                let class = format!("of s{}", series.colour);
                plot.label((*x, y.value), &class, &value.to_string());
            }
        }
    }
    Some(plot.finish())
}

/// Recall by bytes; nothing if there is one pack and no model to hold it against.
pub(super) fn bytes(findings: &Findings) -> Option<String> {
    let k = findings.about.main_k;
    let own = (
        findings.about.pack.as_str(),
        findings.about.bytes_per_item,
        &findings.rows[0],
    );
    let others = findings.compared.iter().skip(1);
    let packs = std::iter::once(own).chain(others.map(|other| (other.pack.as_str(), other.bytes_per_item, &other.row)));
    let mut points: Vec<(f64, Shown, &str, usize)> = packs
        .filter_map(|(pack, bytes, row)| Some((bytes?, row.figure("recall", k)?, pack, series(row))))
        .collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let float = findings.rows.iter().find(|row| row.key == "float");
    let level = float.and_then(|row| row.figure("recall", k)).map(|shown| shown.value);
    if points.is_empty() || (points.len() == 1 && level.is_none()) {
        return None;
    }
    let widest = points.iter().map(|point| point.0).fold(0.0, f64::max);
    let x_ticks = ticks(0.0, widest * 1.1);
    let lows = points.iter().map(|p| p.1.low.unwrap_or(p.1.value)).chain(level);
    let least = lows.fold(f64::INFINITY, f64::min);
    let most = points.iter().map(|p| top(p.1)).chain(level).fold(0.0, f64::max);
    let y_ticks = ticks(least, most);
    let (low, high) = (*y_ticks.first()?, *y_ticks.last()?);
    let about = format!("Recall@{k} by bytes an item");
    let mut plot = Plot::new((960.0, 340.0), (0.0, *x_ticks.last()?), (low, high), &about);
    plot.y_axis(&y_ticks, |tick| decimals(tick, high - low));
    plot.x_ticks(
        &x_ticks
            .iter()
            .map(|tick| (*tick, format!("{tick:.0}")))
            .collect::<Vec<_>>(),
    );
    plot.x_name("bytes an item");
    if let (Some(level), Some(row)) = (level, float) {
        plot.level(series(row), level, &format!("{}: {level:.4}", row.label));
    }
    plot.line(0, &points.iter().map(|p| (p.0, p.1.value)).collect::<Vec<_>>());
    for (bytes, shown, pack, series) in &points {
        let told = told(&format!("{pack}, {bytes:.1} bytes an item, Recall@{k}"), *shown);
        plot.point(*series, (*bytes, shown.value), interval(*shown), &told);
        let name = pack.trim_end_matches('/').rsplit('/').next().unwrap_or(pack);
        let place = (plot.at_x(*bytes) + 9.0, plot.at_y(shown.value) + 17.0);
        plot.text(place, "start", "strong", name);
    }
    Some(plot.finish())
}
