//! A BERT of two layers with random weights, written as a sentence-transformers model is.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::{Value, json};

/// Numbers in a vector.
pub const HIDDEN: usize = 16;
/// Numbers between the two halves of a layer.
pub const INNER: usize = 24;
/// Heads of attention.
pub const HEADS: usize = 4;
/// Layers.
pub const LAYERS: usize = 2;
/// Tokens of a text, at most.
pub const POSITIONS: usize = 12;
/// The tokens.
pub const WORDS: [&str; 22] = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "ship", "##s", "##wreck", "crew", "lost", "at", "sea", "in", "space",
    "the", "police", "murder", "city", "love", "story", ",", ".",
];
/// Their kinds.
pub const KINDS: usize = 2;

/// Name to shape and values.
pub type Tensors = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

/// Writes the model, with a mean as its pooling, and returns its weights.
pub fn write(dir: &Path) -> Tensors {
    let put = |name: &str, value: Value| {
        let path = dir.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, serde_json::to_vec(&value).unwrap()).unwrap();
    };
    put("config.json", config());
    put(
        "modules.json",
        json!([
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
        ]),
    );
    put(
        "1_Pooling/config.json",
        json!({"word_embedding_dimension": HIDDEN, "pooling_mode_cls_token": false, "pooling_mode_mean_tokens": true}),
    );
    put("tokenizer.json", tokenizer());
    let tensors = weights();
    fs::write(dir.join("model.safetensors"), safetensors(&tensors)).unwrap();
    tensors
}

/// `config.json`.
pub fn config() -> Value {
    json!({
        "model_type": "bert", "hidden_act": "gelu", "hidden_size": HIDDEN, "intermediate_size": INNER,
        "num_attention_heads": HEADS, "num_hidden_layers": LAYERS, "max_position_embeddings": POSITIONS,
        "vocab_size": WORDS.len(), "type_vocab_size": KINDS, "layer_norm_eps": 1e-12,
    })
}

/// `tokenizer.json`, which cuts and pads as published ones do.
pub fn tokenizer() -> Value {
    let special = |id: usize| {
        json!({"id": id, "content": WORDS[id], "special": true, "single_word": false, "lstrip": false, "rstrip": false,
               "normalized": false})
    };
    let vocab: BTreeMap<&str, usize> = WORDS.iter().enumerate().map(|(id, word)| (*word, id)).collect();
    json!({
        "version": "1.0",
        "truncation": {"max_length": 8, "strategy": "LongestFirst", "stride": 0},
        "padding": {"strategy": {"Fixed": 8}, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0, "pad_type_id": 0,
                    "pad_token": "[PAD]"},
        "added_tokens": [special(0), special(1), special(2), special(3)],
        "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null,
                       "lowercase": true},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                       {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]},
                               "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}},
        },
        "decoder": null,
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
                  "vocab": vocab},
    })
}

/// Random weights, of a size at which every step of the model matters.
pub fn weights() -> Tensors {
    let mut state = 7u64;
    let mut next = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    let mut all = Tensors::new();
    let mut put = |name: &str, shape: &[usize]| {
        let count = shape.iter().product();
        let values = (0..count).map(|_| next());
        all.insert(name.to_owned(), (shape.to_vec(), values.collect()));
    };
    put("embeddings.word_embeddings.weight", &[WORDS.len(), HIDDEN]);
    put("embeddings.position_embeddings.weight", &[POSITIONS, HIDDEN]);
    put("embeddings.token_type_embeddings.weight", &[KINDS, HIDDEN]);
    let mut norms = vec!["embeddings".to_owned()];
    for layer in 0..LAYERS {
        let layer = format!("encoder.layer.{layer}");
        for (name, inputs, outputs) in [
            ("attention.self.query", HIDDEN, HIDDEN),
            ("attention.self.key", HIDDEN, HIDDEN),
            ("attention.self.value", HIDDEN, HIDDEN),
            ("attention.output.dense", HIDDEN, HIDDEN),
            ("intermediate.dense", HIDDEN, INNER),
            ("output.dense", INNER, HIDDEN),
        ] {
            put(&format!("{layer}.{name}.weight"), &[outputs, inputs]);
            put(&format!("{layer}.{name}.bias"), &[outputs]);
        }
        norms.extend([format!("{layer}.attention.output"), format!("{layer}.output")]);
    }
    for norm in norms {
        put(&format!("{norm}.LayerNorm.weight"), &[HIDDEN]);
        put(&format!("{norm}.LayerNorm.bias"), &[HIDDEN]);
    }
    // Not used, as in published models.
    put("pooler.dense.weight", &[HIDDEN, HIDDEN]);
    all
}

/// The form of the file: the length of a JSON header, the header, the values.
pub fn safetensors(tensors: &Tensors) -> Vec<u8> {
    let mut header = serde_json::Map::new();
    let mut data = Vec::new();
    for (name, (shape, values)) in tensors {
        let from = data.len();
        data.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        header.insert(
            name.clone(),
            json!({"dtype": "F32", "shape": shape, "data_offsets": [from, data.len()]}),
        );
    }
    let header = serde_json::to_vec(&header).unwrap();
    [&(header.len() as u64).to_le_bytes()[..], &header, &data].concat()
}
