//! What a model's own files say of how it is run. What isn't understood is refused: a vector made in another way than the
//! model was trained for looks like any other.

use std::path::{Component, Path};

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    EncoderError,
    files::{Files, Read},
};

/// No text is read beyond so many tokens, whatever the model allows: attention takes memory by their square.
pub const MAX_TOKENS: usize = 512;

/// All of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Settings {
    pub(crate) bert: BertConfig,
    pub(crate) pooling: Pooling,
    /// Most tokens of a text, those at its ends included; `None` if only the tokenizer knows.
    pub(crate) max_tokens: Option<usize>,
    /// Whether texts are turned into lower case before the tokenizer sees them.
    pub(crate) lower_case: bool,
}

/// How the vectors of a text's tokens become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pooling {
    /// Their mean.
    Mean,
    /// That of the first token.
    First,
}

/// `config.json` of a BERT.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct BertConfig {
    model_type: String,
    hidden_act: String,
    #[serde(default)]
    position_embedding_type: Option<String>,
    #[serde(default)]
    is_decoder: bool,
    pub(crate) hidden_size: usize,
    pub(crate) intermediate_size: usize,
    pub(crate) layer_norm_eps: f32,
    pub(crate) max_position_embeddings: usize,
    pub(crate) num_attention_heads: usize,
    pub(crate) num_hidden_layers: usize,
    pub(crate) type_vocab_size: usize,
    pub(crate) vocab_size: usize,
}

#[derive(Debug, Deserialize)]
struct Module {
    path: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Debug, Default, Deserialize)]
struct SentenceBert {
    #[serde(default)]
    max_seq_length: Option<usize>,
    #[serde(default)]
    do_lower_case: bool,
}

impl Settings {
    pub(crate) fn read(files: &mut Files) -> Result<Settings, EncoderError> {
        let bert: BertConfig = files.json("config.json")?.required()?;
        bert.check()
            .map_err(|reason| EncoderError::at(&files.path("config.json"), reason))?;
        let pooling = match pooling_folder(files)? {
            Some(folder) => pooling(files, &folder, bert.hidden_size)?,
            None => Pooling::Mean,
        };
        if let Read::Found(prompts, path) = files.json::<Map<String, Value>>("config_sentence_transformers.json")?
            && prompts.get("default_prompt_name").is_some_and(|name| !name.is_null())
        {
            let reason = "the model wants a prompt before each text (`default_prompt_name`), which isn't supported; use a model \
                          without one";
            return Err(EncoderError::at(&path, reason));
        }
        let lengths: SentenceBert = files.json("sentence_bert_config.json")?.or_default();
        Ok(Settings {
            max_tokens: lengths.max_seq_length,
            lower_case: lengths.do_lower_case,
            bert,
            pooling,
        })
    }
}

impl BertConfig {
    fn check(&self) -> Result<(), String> {
        for (key, found, wanted) in [
            ("model_type", self.model_type.as_str(), "bert"),
            ("hidden_act", &self.hidden_act, "gelu"),
            (
                "position_embedding_type",
                self.position_embedding_type.as_deref().unwrap_or("absolute"),
                "absolute",
            ),
        ] {
            if found != wanted {
                return Err(format!(
                    "`{key}` is {found:?}, and only {wanted:?} is understood; use a sentence encoder that is a BERT, such as \
                     all-MiniLM-L6-v2"
                ));
            }
        }
        if self.is_decoder {
            return Err("`is_decoder` is true; use an encoder".to_owned());
        }
        for (key, found, most) in [
            ("hidden_size", self.hidden_size, 4096),
            ("intermediate_size", self.intermediate_size, 16_384),
            ("max_position_embeddings", self.max_position_embeddings, 65_536),
            ("num_attention_heads", self.num_attention_heads, 64),
            ("num_hidden_layers", self.num_hidden_layers, 48),
            ("type_vocab_size", self.type_vocab_size, 16),
            ("vocab_size", self.vocab_size, 1_000_000),
        ] {
            if !(1..=most).contains(&found) {
                return Err(format!("`{key}` is {found} and must be from 1 to {most}"));
            }
        }
        if !self.hidden_size.is_multiple_of(self.num_attention_heads) {
            return Err(format!(
                "`hidden_size` is {} and must be a multiple of `num_attention_heads`, {}",
                self.hidden_size, self.num_attention_heads
            ));
        }
        if !(0.0..1.0).contains(&self.layer_norm_eps) {
            return Err(format!(
                "`layer_norm_eps` is {} and must be at least 0 and below 1",
                self.layer_norm_eps
            ));
        }
        Ok(())
    }
}

/// The folder of the pooling's settings, if the model says what it is made of: a transformer, a pooling, and maybe a normalisation,
/// which changes nothing here, where all vectors are of length 1 in the end.
fn pooling_folder(files: &mut Files) -> Result<Option<String>, EncoderError> {
    let Read::Found(modules, path) = files.json::<Vec<Module>>("modules.json")? else {
        return Ok(None);
    };
    let kind = |module: &Module| module.kind.rsplit('.').next().unwrap_or_default().to_owned();
    let kinds: Vec<String> = modules.iter().map(kind).collect();
    let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
    let (["Transformer", "Pooling"] | ["Transformer", "Pooling", "Normalize"]) = kinds[..] else {
        let reason = format!(
            "the model is made of {}; only Transformer, Pooling and, if any, Normalize are understood: use a model of those",
            kinds.join(", ")
        );
        return Err(EncoderError::at(&path, reason));
    };
    let is_plain = |path: &str| {
        matches!(
            Path::new(path).components().collect::<Vec<_>>()[..],
            [Component::Normal(_)]
        )
    };
    if !modules[0].path.is_empty() || !is_plain(&modules[1].path) {
        let reason =
            "the transformer must lie in the model's own folder (path \"\"), and the pooling in a folder in it";
        return Err(EncoderError::at(&path, reason));
    }
    Ok(Some(modules[1].path.clone()))
}

fn pooling(files: &mut Files, folder: &str, hidden_size: usize) -> Result<Pooling, EncoderError> {
    let (settings, path): (Map<String, Value>, _) = match files.json(&format!("{folder}/config.json"))? {
        Read::Found(settings, path) => (settings, path),
        Read::Missing(path) => return Err(EncoderError::read(&path, &std::io::ErrorKind::NotFound.into())),
    };
    let width = settings.get("word_embedding_dimension").and_then(Value::as_u64);
    if width.is_some_and(|width| width != hidden_size as u64) {
        let reason = format!("`word_embedding_dimension` must be the model's `hidden_size`, {hidden_size}");
        return Err(EncoderError::at(&path, reason));
    }
    let modes: Vec<&str> = settings
        .iter()
        .filter(|(_, value)| **value == Value::Bool(true))
        .filter_map(|(key, _)| key.strip_prefix("pooling_mode_"))
        .collect();
    match modes[..] {
        ["mean_tokens"] => Ok(Pooling::Mean),
        ["cls_token"] => Ok(Pooling::First),
        _ => {
            let reason = format!(
                "the pooling is {}; it must be `pooling_mode_mean_tokens` or `pooling_mode_cls_token` alone",
                if modes.is_empty() {
                    "none".to_owned()
                } else {
                    modes.join(" with ")
                }
            );
            Err(EncoderError::at(&path, reason))
        }
    }
}
