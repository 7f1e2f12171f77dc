//! A published model, where this machine has it: `cargo xtask test --full` fetches it.

use std::path::PathBuf;

use aftershow_encoder::Encoder;

/// all-MiniLM-L6-v2; `None`, said aloud, if it isn't there.
fn model() -> Option<Encoder> {
    let Some(dir) = std::env::var_os("AFTERSHOW_ENCODER").map(PathBuf::from) else {
        eprintln!("skipped: no sentence encoder in AFTERSHOW_ENCODER; `cargo xtask test --full` fetches one");
        return None;
    };
    Some(Encoder::open(&dir).unwrap())
}

#[test]
fn the_vector_of_the_example_in_the_models_documentation_is_as_printed_there() {
    let Some(model) = model() else { return };
    assert_eq!(model.dimensions(), 384);
    let found = model.embed(&["This is an example sentence"], |_| ()).unwrap();
    for (found, printed) in found
        .iter()
        .zip([0.0676569, 0.0634959, 0.0487131, 0.0793049, 0.0374480])
    {
        assert!((found - printed).abs() < 1e-4, "{found} {printed}");
    }
}

#[test]
fn plots_of_one_subject_are_nearer_than_others_without_a_word_in_common() {
    let Some(model) = model() else { return };
    let texts = [
        "Detectives investigate a series of brutal killings.",
        "A cop hunts a murderer.",
        "Four friends bake cakes for a contest.",
    ];
    let found = model.embed(&texts, |_| ()).unwrap();
    let dot = |a: usize, b: usize| -> f32 { (0..384).map(|i| found[a * 384 + i] * found[b * 384 + i]).sum() };
    assert!(
        dot(0, 1) > 0.3 && dot(0, 1) > 2.0 * dot(0, 2),
        "{} {}",
        dot(0, 1),
        dot(0, 2)
    );
}

/// Matrix products of this size are made in blocks, on several threads.
#[test]
fn a_vector_depends_on_its_text_alone_in_a_large_model_too() {
    let Some(model) = model() else { return };
    let texts: Vec<String> = (0..40)
        .map(|i| format!("A crew of {i} is lost at sea{}.", " and comes home".repeat(i % 9)))
        .collect();
    let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let together = pool(2).install(|| model.embed(&texts, |_| ()).unwrap());
    assert_eq!(
        together,
        pool(1).install(|| model.embed(&texts, |_| ()).unwrap()),
        "one thread"
    );
    for text in [0, 7, 39] {
        let alone = model.embed(&texts[text..=text], |_| ()).unwrap();
        assert_eq!(alone, together[text * 384..][..384], "{text}");
    }
}
