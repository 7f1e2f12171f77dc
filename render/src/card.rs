//! One item of the list.

use std::fmt::Write;

use aftershow_core::Card;

use crate::{address, escape::escaped, place::Place};

/// Appends the `<li>` of an item.
pub fn card(html: &mut String, card: &Card, reason: &str, place: &Place<'_>) {
    let id = card.id.to_string();
    let leads = match place.href {
        Some(template) => address::safe(&address::filled(template, &id)),
        None => card.url.as_deref().and_then(address::safe),
    };
    let image = card.image.as_deref().and_then(address::safe);
    let year = card.year.map(|year| year.to_string());
    let facts: Vec<&str> = [year.as_deref(), card.platform.as_deref()]
        .into_iter()
        .flatten()
        .collect();
    let id = escaped(&id);
    write!(
        html,
        r#"<li class="item" part="item" data-id="{id}"><div class="card" part="card"><div class="poster" part="poster">"#
    )
    .ok();
    // Without a picture the element draws one.
    if let Some(image) = image {
        write!(
            html,
            r#"<img part="image" src="{}" alt="" width="200" height="300" loading="lazy" decoding="async" referrerpolicy="no-referrer">"#,
            escaped(&image)
        )
        .ok();
    }
    html.push_str(r#"</div><div class="body" part="body">"#);
    let name = escaped(&card.name);
    match leads {
        Some(href) => write!(
            html,
            r#"<a class="name" part="name" href="{}">{name}</a>"#,
            escaped(&href)
        )
        .ok(),
        None => write!(html, r#"<span class="name" part="name">{name}</span>"#).ok(),
    };
    let (facts, genres) = (facts.join(" · "), card.genres.join(", "));
    let (facts, genres, reason) = (escaped(&facts), escaped(&genres), escaped(reason));
    writeln!(
        html,
        r#"<p class="facts" part="facts">{facts}</p><p class="genres" part="genres">{genres}</p><p class="reason" part="reason"><bdi>{reason}</bdi></p><span class="score" part="score"></span></div></div></li>"#
    )
    .ok();
}
