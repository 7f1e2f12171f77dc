//! The findings as a page: one HTML file with its plots in it, which asks nothing of any other place.

mod plot;
mod plots;

use std::fmt::Write;

use self::plot::escaped;
use super::{
    findings::{Curve, Findings, Row, Shown},
    metrics::Measure,
};

const STYLE: &str = include_str!("report/style.css");

/// The page.
pub fn html(findings: &Findings) -> String {
    let about = &findings.about;
    let k = about.main_k;
    let mut page = String::new();
    let title = format!("Evaluation of {}", escaped(&about.pack));
    write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <header>\n<h1>{title}</h1>\n<p class=\"lead\">{}</p>\n</header>\n",
        lead(findings)
    )
    .ok();
    tiles(&mut page, findings);
    section(
        &mut page,
        "Recall and NDCG by length of the list",
        "Of all that people wanted, how much is in the list; and the same where the first places count more. Bars are 95 % intervals.",
        &plots::by_length(findings),
    );
    if let Some(plot) = plots::curve(findings) {
        section(
            &mut page,
            "Accuracy by what the order asks for",
            &format!(
                "NDCG@{k} against what each knob is for. A point is a value of one of them, alone changed, measured in this run; the \
                 ring is the pack as it is: {}. Higher is better, and so is the way of the arrow.",
                own_values(findings)
            ),
            &plot,
        );
    }
    section(
        &mut page,
        "How popular what is recommended is",
        &format!(
            "The catalogue in tenths, the most popular titles first: where the events of the histories are, and where the \
             first {k} recommendations are."
        ),
        &plots::tenths(findings),
    );
    if let Some(plot) = plots::bytes(findings) {
        section(
            &mut page,
            &format!("Recall@{k} by size of the model"),
            "Each point is a pack, measured in this run. The dashed line is the model before it was made small.",
            &plot,
        );
    }
    section(
        &mut page,
        "All figures",
        "Behind ± is half the width of the 95 % interval.",
        &tables(findings),
    );
    write!(
        page,
        "<section>\n<h2>How it was measured</h2>\n{}</section>\n</main>\n</body>\n</html>\n",
        method(findings)
    )
    .ok();
    page
}

/// The knobs of the curves as the pack's own row has them.
fn own_values(findings: &Findings) -> String {
    let name = |curve: &Curve| format!("{} {}", curve.knob.replace('_', " "), curve.own);
    findings.curves.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn section(page: &mut String, title: &str, text: &str, content: &str) {
    write!(
        page,
        "<section>\n<h2>{title}</h2>\n<p>{text}</p>\n{content}</section>\n"
    )
    .ok();
}

fn lead(findings: &Findings) -> String {
    let about = &findings.about;
    let model = match (&about.model, about.bytes_per_item) {
        (Some(model), Some(bytes)) => format!("{}, {bytes:.0} bytes an item", escaped(model)),
        _ => "no model of what people did".to_owned(),
    };
    format!(
        "{model}. {} people, {} titles, {} test items.",
        grouped(about.users),
        grouped(about.items),
        grouped(about.test_items)
    )
}

fn tiles(page: &mut String, findings: &Findings) {
    let k = findings.about.main_k;
    page.push_str("<div class=\"tiles\">\n");
    for (name, key) in [
        ("Recall", "recall"),
        ("NDCG", "ndcg"),
        ("Hit rate", "hit_rate"),
        ("Coverage", "coverage"),
    ] {
        let Some(shown) = findings.rows[0].figure(key, k) else {
            continue;
        };
        let interval = match (shown.low, shown.high) {
            (Some(low), Some(high)) => format!("{low:.4} to {high:.4}"),
            _ => "of the catalogue".to_owned(),
        };
        writeln!(
            page,
            "<div class=\"tile\"><span class=\"name\">{name}@{k}</span><span class=\"value\">{:.4}</span>\
             <span class=\"range\">{interval}</span></div>",
            shown.value
        )
        .ok();
    }
    page.push_str("</div>\n");
}

/// Rows of the tables: the pack, its baselines, the other packs.
fn named_rows(findings: &Findings) -> impl Iterator<Item = (&str, &Row)> {
    let others = findings.compared.iter().skip(1);
    let rows = findings.rows.iter().map(|row| (row.label.as_str(), row));
    rows.chain(others.map(|other| (other.pack.as_str(), &other.row)))
}

fn tables(findings: &Findings) -> String {
    let measures = [
        Measure::Recall,
        Measure::Ndcg,
        Measure::Precision,
        Measure::HitRate,
        Measure::Mrr,
        Measure::Map,
        Measure::Novelty,
        Measure::Diversity,
        Measure::Popularity,
        Measure::PopularityBias,
        Measure::Miscalibration,
    ];
    let mut out = String::new();
    for k in &findings.about.ks {
        let open = if *k == findings.about.main_k { " open" } else { "" };
        write!(
            out,
            "<details{open}>\n<summary>Lists of {k}</summary>\n<div class=\"wide\"><table>\n<thead><tr><th></th>"
        )
        .ok();
        for measure in measures {
            write!(out, "<th>{}</th>", measure.name()).ok();
        }
        out.push_str("<th>Coverage</th></tr></thead>\n<tbody>\n");
        for (label, row) in named_rows(findings) {
            write!(out, "<tr><th>{}</th>", escaped(label)).ok();
            let keys = measures.iter().map(|measure| measure.key()).chain(["coverage"]);
            for key in keys {
                write!(out, "<td>{}</td>", row.figure(key, *k).map_or("–".to_owned(), cell)).ok();
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody></table></div>\n</details>\n");
    }
    out
}

fn cell(shown: Shown) -> String {
    let digits = if shown.value.abs() >= 10.0 { 2 } else { 4 };
    match (shown.low, shown.high) {
        (Some(low), Some(high)) => format!(
            "{:.digits$}<small> ±{:.digits$}</small>",
            shown.value,
            (high - low) / 2.0
        ),
        _ => format!("{:.digits$}", shown.value),
    }
}

fn method(findings: &Findings) -> String {
    let about = &findings.about;
    let mut out = String::from("<ul>\n");
    let mut say = |text: String| writeln!(out, "<li>{text}</li>").unwrap_or_default();
    say(format!(
        "Lists come from the quantized pack <code>{}</code>, through the engine that answers everywhere; nobody is recommended a title of \
         their history.",
        escaped(&about.pack_id)
    ));
    say(format!(
        "A test item is one that somebody liked afterwards and that is not in their history. {} of {} test items are not in the \
         pack; they count as wanted all the same.",
        grouped(about.test_items_not_in_pack),
        grouped(about.test_items)
    ));
    say(format!(
        "Of the people of the test {} have no history and {} wanted nothing that was not in it; neither are measured.",
        grouped(about.cold_users),
        grouped(about.users_without_test_items)
    ));
    say("Recall: hits over test items. NDCG: binary, over the best list there could be. Precision: hits over the length of the list. MRR: 1 over the \
         place of the first hit. MAP: mean over min(length, test items) of the precision at each hit. All are means over people."
        .to_owned());
    say("Coverage: share of the catalogue that is in anybody's list. Novelty: mean of −log₂ of the share of people who had a title. Diversity: 1 − mean \
         content similarity of two titles of a list, of at most 2,000 people. Popularity percentile: 0 the least popular title, 1 the most; popularity bias: \
         how much higher it is than that of the history. Miscalibration: how far the genres of a list are from those of the history, as \
         the Kullback–Leibler divergence in bits; 0 is the same shares."
        .to_owned());
    say("Intervals: 95 %, percentile bootstrap over people, 1,000 resamples, seeded.".to_owned());
    out.push_str("</ul>\n");
    out
}

/// A whole number with commas.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
