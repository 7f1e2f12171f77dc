//! `FORMAT.md` shows what the code writes.

use aftershow_core::{ItemId, pack::table};

fn dump(bytes: &[u8]) -> String {
    let line = |(i, chunk): (usize, &[u8])| {
        let hex: Vec<String> = chunk.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{:04x}  {}\n", i * 16, hex.join(" "))
    };
    bytes.chunks(16).enumerate().map(line).collect()
}

#[test]
fn the_hexdump_in_the_document_is_the_part_that_is_written() {
    let part = table::write(&[(ItemId::Int(82).hash64(), 0x0123_4567_89ab_cdef)]).unwrap();
    let document = include_str!("../FORMAT.md");
    let shown = document
        .split("```hexdump\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .unwrap();
    assert_eq!(
        shown,
        dump(&part),
        "put this into FORMAT.md if the format was meant to change"
    );
}
