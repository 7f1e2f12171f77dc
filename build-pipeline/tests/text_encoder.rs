//! `--text-encoder`: packs whose text rows are by a sentence encoder.

mod common;
#[cfg(feature = "text-encoder")]
#[path = "../encoder/tests/tiny/mod.rs"]
#[allow(dead_code, reason = "the encoder's own tests use the rest")]
mod tiny;

use common::run_in;

#[cfg(not(feature = "text-encoder"))]
#[test]
fn without_encoders_the_flag_says_how_to_get_them() {
    let dir = tempfile::tempdir().unwrap();
    let args = [
        "build",
        "--catalog",
        "sample",
        "--out",
        "pack",
        "--text-encoder",
        "model:any",
    ];
    run_in(dir.path(), &args).refused(&["content.text_encoder (--text-encoder)", "--features text-encoder"]);
}

#[test]
fn another_word_than_tfidf_or_a_model_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let args = [
        "build",
        "--catalog",
        "sample",
        "--out",
        "pack",
        "--text-encoder",
        "bert",
    ];
    run_in(dir.path(), &args).refused(&["--text-encoder", "model:DIR", "\"bert\""]);
    std::fs::write(
        dir.path().join("a.yaml"),
        "catalog: [sample]\ncontent: {text_encoder: bert}\n",
    )
    .unwrap();
    run_in(dir.path(), &["build", "--config", "a.yaml", "--out", "pack"]).refused(&["a.yaml, line 2", "model:DIR"]);
}

#[cfg(feature = "text-encoder")]
mod with_encoders {
    use std::{fs, path::Path};

    use aftershow_core::{ItemId, Query};
    use aftershow_pipeline::PackDir;
    use serde_json::Value;

    use super::{
        common::{contents, run_in},
        tiny,
    };

    fn manifest(pack: &Path) -> Value {
        serde_json::from_slice(&fs::read(pack.join("manifest.json")).unwrap()).unwrap()
    }

    #[test]
    fn a_model_makes_the_text_rows_and_the_manifest_says_which_one() {
        let dir = tempfile::tempdir().unwrap();
        tiny::write(&dir.path().join("secret-place/mini"));
        let build = |out: &str, more: &[&str]| {
            let args = [&["build", "--catalog", "sample", "--out", out], more].concat();
            run_in(dir.path(), &args).ok();
        };
        build("words", &[]);
        build("one", &["--text-encoder", "model:secret-place/mini", "--threads", "1"]);
        let config = "catalog: [sample]\ncontent: {text_encoder: 'model:mini'}\n";
        fs::write(dir.path().join("secret-place/a.yaml"), config).unwrap();
        run_in(
            dir.path(),
            &[
                "build",
                "--config",
                "secret-place/a.yaml",
                "--out",
                "two",
                "--threads",
                "2",
            ],
        )
        .ok();
        let pack = |name: &str| dir.path().join(name);
        assert_eq!(
            contents(&pack("one")),
            contents(&pack("two")),
            "neither threads nor where it was said changes a byte"
        );

        let (words, model) = (manifest(&pack("words")), manifest(&pack("one")));
        assert_eq!(words.get("text_encoder"), None);
        assert_eq!(words["config"]["content"].get("text_encoder"), None);
        assert_eq!(model["text_encoder"]["name"], "mini");
        assert_eq!(model["text_encoder"]["dimensions"], tiny::HIDDEN);
        let (sha256, _) = aftershow_encoder::fingerprint(&pack("secret-place/mini")).unwrap();
        assert_eq!(model["text_encoder"]["sha256"], sha256);
        assert_eq!(model["config"]["content"]["text_encoder"], "model:mini");
        let text = fs::read_to_string(pack("one").join("manifest.json")).unwrap();
        assert!(!text.contains("secret-place"));

        let features = |manifest: &Value| manifest["parts"][0]["sha256"].clone();
        assert_ne!(features(&words), features(&model), "the rows are others");
        let answer = PackDir::open(&pack("one"))
            .unwrap()
            .answer(&Query::similar(ItemId::Int(169)))
            .unwrap();
        assert_eq!(answer.items.len(), 10);
    }

    #[test]
    fn another_model_in_the_same_folder_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let mut tensors = tiny::write(&dir.path().join("mini"));
        let args = |steps: &'static str| {
            let common = [
                "build",
                "--catalog",
                "sample",
                "--out",
                "pack",
                "--text-encoder",
                "model:mini",
            ];
            [&common[..], &["--steps", steps]].concat()
        };
        run_in(dir.path(), &args("fetch,features")).ok();
        run_in(dir.path(), &args("similarities")).ok();
        tensors.get_mut("embeddings.LayerNorm.bias").unwrap().1[0] += 1.0;
        fs::write(dir.path().join("mini/model.safetensors"), tiny::safetensors(&tensors)).unwrap();
        run_in(dir.path(), &args("similarities"))
            .refused(&["the input mini (content.text_encoder) has changed", "features"]);
    }

    #[test]
    fn a_folder_that_is_no_model_is_refused_before_any_work() {
        let dir = tempfile::tempdir().unwrap();
        let args = [
            "build",
            "--catalog",
            "sample",
            "--out",
            "pack",
            "--text-encoder",
            "model:none",
        ];
        let run = run_in(dir.path(), &args).refused(&["none/config.json", "sentence-transformers"]);
        assert!(!run.stderr.contains("fetch:"), "{}", run.stderr);
    }
}
