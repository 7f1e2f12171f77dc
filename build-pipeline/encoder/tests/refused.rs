//! Folders that are no model, or one that isn't understood: refused by file, with what to do; never a panic.

mod tiny;

use std::{fs, path::Path};

use aftershow_encoder::{Encoder, EncoderError, fingerprint};
use serde_json::{Value, json};

fn refused(dir: &Path) -> String {
    match Encoder::open(dir).and_then(|model| model.embed(&["a ship at sea"], |_| ())) {
        Err(EncoderError { place, reason }) => {
            assert!(place.starts_with(&*dir.to_string_lossy()), "{place}");
            format!(
                "{}: {reason}",
                place[dir.to_string_lossy().len()..].trim_start_matches('/')
            )
        }
        Ok(_) => panic!("it was taken"),
    }
}

/// Writes the model with one file changed, and says why it is refused.
fn with(file: &str, change: impl FnOnce(&mut Value)) -> String {
    let dir = tempfile::tempdir().unwrap();
    tiny::write(dir.path());
    let path = dir.path().join(file);
    let mut value = fs::read(&path).map_or(Value::Null, |bytes| serde_json::from_slice(&bytes).unwrap());
    change(&mut value);
    fs::write(&path, serde_json::to_vec(&value).unwrap()).unwrap();
    refused(dir.path())
}

#[test]
fn a_missing_file_is_named_with_what_belongs_there() {
    for file in [
        "config.json",
        "tokenizer.json",
        "model.safetensors",
        "1_Pooling/config.json",
    ] {
        let dir = tempfile::tempdir().unwrap();
        tiny::write(dir.path());
        fs::remove_file(dir.path().join(file)).unwrap();
        let message = refused(dir.path());
        assert!(
            message.starts_with(&format!("{file}: there is no such file")),
            "{message}"
        );
    }
    assert!(
        fingerprint(Path::new("there/is/none"))
            .unwrap_err()
            .reason
            .contains("model.safetensors")
    );
}

#[test]
fn what_is_not_understood_is_refused_by_its_key() {
    for (file, key, value) in [
        ("config.json", "model_type", json!("roberta")),
        ("config.json", "hidden_act", json!("relu")),
        ("config.json", "position_embedding_type", json!("relative_key")),
        ("config.json", "is_decoder", json!(true)),
        ("config.json", "hidden_size", json!(0)),
        ("config.json", "hidden_size", json!(1_000_000_000_000u64)),
        ("config.json", "num_attention_heads", json!(3)),
        ("config.json", "num_hidden_layers", json!(4096)),
        ("config.json", "layer_norm_eps", json!(-1)),
        ("config.json", "vocab_size", json!(-5)),
        ("1_Pooling/config.json", "pooling_mode_max_tokens", json!(true)),
        ("1_Pooling/config.json", "word_embedding_dimension", json!(8)),
        (
            "config_sentence_transformers.json",
            "default_prompt_name",
            json!("query"),
        ),
    ] {
        let message = with(file, |settings| settings[key] = value.clone());
        assert!(message.starts_with(&format!("{file}: ")), "{key}: {message}");
        let named = message.contains(key)
            || key.starts_with("pooling_mode")
            || value == json!(-5)
            || message.contains("number");
        assert!(named, "{key}: {message}");
    }
    let dense = with("modules.json", |modules| {
        modules[2]["type"] = json!("sentence_transformers.models.Dense");
    });
    assert!(
        dense.starts_with("modules.json: ") && dense.contains("Dense"),
        "{dense}"
    );
    for folder in ["../elsewhere", "/etc", "a/b", ""] {
        let message = with("modules.json", |modules| modules[1]["path"] = json!(folder));
        assert!(message.starts_with("modules.json: "), "{message}");
    }
}

#[test]
fn weights_and_tokenizer_must_belong_to_the_settings() {
    let layers = with("config.json", |config| config["num_hidden_layers"] = json!(3));
    assert!(
        layers.starts_with("model.safetensors: there is no tensor \"encoder.layer.2."),
        "{layers}"
    );
    let inner = with("config.json", |config| config["intermediate_size"] = json!(25));
    assert!(
        inner.contains("has the shape [24, 16]") && inner.contains("[25, 16]"),
        "{inner}"
    );
    let word = with("tokenizer.json", |tokenizer| {
        tokenizer["model"]["vocab"]["ship"] = json!(9999)
    });
    assert!(word.starts_with("tokenizer.json: a token is beyond"), "{word}");
    let short = with("sentence_bert_config.json", |settings| {
        *settings = json!({"max_seq_length": 2})
    });
    assert!(short.starts_with("tokenizer.json: 2 tokens stand around"), "{short}");

    let dir = tempfile::tempdir().unwrap();
    let mut tensors = tiny::write(dir.path());
    tensors.get_mut("embeddings.LayerNorm.bias").unwrap().1[3] = f32::NAN;
    fs::write(dir.path().join("model.safetensors"), tiny::safetensors(&tensors)).unwrap();
    let nan = refused(dir.path());
    assert!(nan.starts_with("model.safetensors: the weights give numbers"), "{nan}");
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    let dir = tempfile::tempdir().unwrap();
    tiny::write(dir.path());
    fs::File::create(dir.path().join("config.json"))
        .unwrap()
        .set_len(1 << 40)
        .unwrap();
    let message = refused(dir.path());
    assert!(message.starts_with("config.json: the file has more than"), "{message}");
}

/// Any change to any file is either refused or a model that answers: with a number for every place.
#[test]
fn damaged_files_never_panic() {
    let mut state = 1u64;
    let mut next = move |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let dir = tempfile::tempdir().unwrap();
    tiny::write(dir.path());
    let (mut taken, mut refused) = (0, 0);
    for file in [
        "config.json",
        "modules.json",
        "1_Pooling/config.json",
        "tokenizer.json",
        "model.safetensors",
    ] {
        let path = dir.path().join(file);
        let whole = fs::read(&path).unwrap();
        for _ in 0..300 {
            let mut bytes = whole.clone();
            // The front of the weights, where their header is, as often as the rest.
            let within = if next(2) == 0 {
                bytes.len()
            } else {
                bytes.len().min(3000)
            };
            match next(4) {
                0 => bytes.truncate(next(within)),
                1 => bytes[next(within)] = next(256) as u8,
                2 => bytes[next(within)] = b"0123456789-\"[]{},:"[next(18)],
                _ => {
                    let at = next(within);
                    let length = next(20).min(bytes.len() - at);
                    let piece = bytes[at..at + length].to_vec();
                    let to = next(within);
                    bytes.splice(to..to, piece);
                }
            }
            fs::write(&path, &bytes).unwrap();
            match Encoder::open(dir.path()).and_then(|model| model.embed(&["Ships at sea, lost", ""], |_| ())) {
                Ok(vectors) => {
                    assert_eq!(vectors.len() % 2, 0);
                    assert!(vectors.iter().all(|v| v.is_finite()));
                    taken += 1;
                }
                Err(_) => refused += 1,
            }
        }
        fs::write(&path, &whole).unwrap();
    }
    assert!(taken > 100 && refused > 100, "{taken} taken, {refused} refused");
}
