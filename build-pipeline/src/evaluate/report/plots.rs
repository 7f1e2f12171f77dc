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
    let rows = &findings.rows;
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
    let (rows, ks) = (&findings.rows, &findings.about.ks);
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
