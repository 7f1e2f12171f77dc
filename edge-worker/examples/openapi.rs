//! Prints the document of the API, for `static/openapi.json`.

fn main() {
    println!("{:#}", aftershow_edge::openapi::document());
}
