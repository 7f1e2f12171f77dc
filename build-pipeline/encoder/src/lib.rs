//! A sentence encoder from a local folder: texts to vectors of length 1 whose dot products say how alike in meaning they are.
//!
//! The folder is that of a sentence-transformers model whose transformer is a BERT: `config.json`, `tokenizer.json`,
//! `model.safetensors`, and, if there are any, `modules.json` with the pooling's settings, `sentence_bert_config.json` and
//! `config_sentence_transformers.json`. Nothing is downloaded.
//!
//! A crate of its own, since candle and the tokenizers are compiled only where somebody wants them.

mod bert;
mod error;
mod files;
mod settings;

use std::{cmp::Reverse, fmt, path::Path};

use candle_core::{Device, Tensor, safetensors};
use rayon::prelude::*;
use tokenizers::{Tokenizer, TruncationParams};

pub use error::EncoderError;
pub use settings::MAX_TOKENS;

use bert::{Bert, Weights};
use files::Files;
use settings::{Pooling, Settings};

/// Bytes of a text for each token that is read of it: beyond them no text in any script has too few tokens.
const BYTES_A_TOKEN: usize = 64;

/// A model, ready to encode.
pub struct Encoder {
    tokenizer: Tokenizer,
    tokenizer_file: std::path::PathBuf,
    weights_file: std::path::PathBuf,
    bert: Bert,
    settings: Settings,
    /// Most tokens of a text.
    max_tokens: usize,
    sha256: String,
}

/// A text as the model reads it: tokens and their kinds.
struct Tokens {
    ids: Vec<u32>,
    kinds: Vec<u32>,
}

impl Encoder {
    /// Reads the model in `dir`. Cost: its size, in time and in memory, twice for weights that are not F32.
    ///
    /// # Errors
    /// [`EncoderError`] names the file that is missing, damaged, or asks for what isn't understood.
    pub fn open(dir: &Path) -> Result<Encoder, EncoderError> {
        let mut files = Files::new(dir);
        let settings = Settings::read(&mut files)?;
        let tokenizer_file = files.path("tokenizer.json");
        let (tokenizer, max_tokens) =
            tokenizer(&files.tokenizer()?, &settings).map_err(|reason| EncoderError::at(&tokenizer_file, reason))?;
        let weights_file = files.path("model.safetensors");
        let tensors = safetensors::load_buffer(&files.weights()?, &Device::Cpu)
            .map_err(|e| EncoderError::at(&weights_file, format!("{e}; the file is damaged: fetch it again")))?;
        let bert = Bert::new(Weights::new(tensors), &settings.bert)
            .map_err(|reason| EncoderError::at(&weights_file, reason))?;
        Ok(Encoder {
            tokenizer,
            tokenizer_file,
            weights_file,
            bert,
            settings,
            max_tokens,
            sha256: files.sha256(),
        })
    }

    /// Numbers in a vector.
    pub fn dimensions(&self) -> usize {
        self.settings.bert.hidden_size
    }

    /// SHA-256 of the model: of the names and hashes of all files that were read.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// A vector of length 1 for each text, one after the other; zeros for a text that the model has no tokens for.
    ///
    /// Neither the other texts nor the number of threads change a bit of a vector: each text is encoded by itself. Its tokens are enough for the
    /// products to run at their peak, and nothing is padded. Of a text only the beginning counts: as many tokens as the model reads,
    /// at most [`MAX_TOKENS`]. `done` hears how many more texts are done. Cost for all-MiniLM-L6-v2: 11 million multiplications a token.
    ///
    /// # Errors
    /// [`EncoderError`] for a text that the tokenizer fails on, and for weights that give no finite numbers.
    pub fn embed<T: AsRef<str> + Sync>(
        &self,
        texts: &[T],
        done: impl Fn(u64) + Sync,
    ) -> Result<Vec<f32>, EncoderError> {
        let tokens: Vec<Tokens> = texts
            .par_iter()
            .map(|text| self.tokens(text.as_ref()))
            .collect::<Result<_, _>>()?;
        // The longest first: towards the end no thread waits long for another.
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|text| (Reverse(tokens[*text].ids.len()), *text));
        let vectors: Vec<Vec<f32>> = order
            .par_iter()
            .with_max_len(1)
            .map(|text| {
                let vector = self.encode(&tokens[*text]);
                done(1);
                vector
            })
            .collect::<Result<_, _>>()?;
        let size = self.dimensions();
        let mut out = vec![0.0; texts.len() * size];
        for (text, vector) in order.iter().zip(&vectors) {
            out[text * size..(text + 1) * size].copy_from_slice(vector);
        }
        Ok(out)
    }

    fn tokens(&self, words: &str) -> Result<Tokens, EncoderError> {
        let beginning = &words[..words.floor_char_boundary(BYTES_A_TOKEN * self.max_tokens)];
        let lower;
        let beginning = match self.settings.lower_case {
            true => {
                lower = beginning.to_lowercase();
                &lower
            }
            false => beginning,
        };
        let failed = |reason: String| {
            let shown: String = words.chars().take(40).collect();
            EncoderError::at(&self.tokenizer_file, format!("{reason}, in {shown:?} …; {BELONG}"))
        };
        let encoding = guarded(|| self.tokenizer.encode_fast(beginning, true)).map_err(failed)?;
        let (ids, kinds) = (encoding.get_ids().to_vec(), encoding.get_type_ids().to_vec());
        let bert = &self.settings.bert;
        if ids.iter().any(|id| *id as usize >= bert.vocab_size) {
            return Err(failed(format!(
                "a token is beyond the model's {} words",
                bert.vocab_size
            )));
        }
        if kinds.iter().any(|kind| *kind as usize >= bert.type_vocab_size) {
            return Err(failed(format!(
                "a token is of none of the model's {} kinds",
                bert.type_vocab_size
            )));
        }
        if ids.len() > self.max_tokens {
            return Err(failed(format!("there are more than {} tokens", self.max_tokens)));
        }
        Ok(Tokens { ids, kinds })
    }

    fn encode(&self, tokens: &Tokens) -> Result<Vec<f32>, EncoderError> {
        let size = self.dimensions();
        if tokens.ids.is_empty() {
            return Ok(vec![0.0; size]);
        }
        let run = || {
            let out = self.bert.forward(
                &Tensor::new(&tokens.ids[..], &Device::Cpu)?,
                &Tensor::new(&tokens.kinds[..], &Device::Cpu)?,
            )?;
            let pooled = match self.settings.pooling {
                Pooling::Mean => out.mean(0)?,
                Pooling::First => out.get(0)?,
            };
            pooled.to_vec1::<f32>()
        };
        let mut vector = run().map_err(|e: candle_core::Error| EncoderError::at(&self.weights_file, e.to_string()))?;
        let length = vector.iter().map(|v| f64::from(*v) * f64::from(*v)).sum::<f64>().sqrt();
        if !length.is_finite() {
            let reason = "the weights give numbers that are not finite; the file is damaged: fetch it again";
            return Err(EncoderError::at(&self.weights_file, reason));
        }
        if length > 0.0 {
            vector.iter_mut().for_each(|v| *v = (f64::from(*v) / length) as f32);
        }
        Ok(vector)
    }
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoder")
            .field("settings", &self.settings)
            .field("sha256", &self.sha256)
            .finish_non_exhaustive()
    }
}

/// SHA-256 of the model in `dir` as [`Encoder::sha256`] has it, and the numbers in a vector, without making anything of it.
///
/// # Errors
/// As [`Encoder::open`], for files that can't be read and settings that aren't understood.
pub fn fingerprint(dir: &Path) -> Result<(String, usize), EncoderError> {
    let mut files = Files::new(dir);
    let settings = Settings::read(&mut files)?;
    files.tokenizer()?;
    files.weights()?;
    Ok((files.sha256(), settings.bert.hidden_size))
}

/// What the tokenizers crate makes of a file, or of a text by it. It takes some files that it then panics on, such as one that
/// puts a token around texts which it doesn't define.
fn guarded<T, E: fmt::Display>(run: impl FnOnce() -> Result<T, E>) -> Result<T, String> {
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)) {
        Ok(done) => done.map_err(|e| e.to_string()),
        Err(_) => Err("the file contradicts itself".to_owned()),
    }
}

const BELONG: &str = "take the tokenizer that belongs to config.json";

/// The tokenizer, cutting texts to as many tokens as the model reads.
fn tokenizer(bytes: &[u8], settings: &Settings) -> Result<(Tokenizer, usize), String> {
    let mut tokenizer = guarded(|| Tokenizer::from_bytes(bytes)).map_err(|reason| format!("{reason}; {BELONG}"))?;
    let own = tokenizer.get_truncation().map(|truncation| truncation.max_length);
    let max_tokens = settings
        .max_tokens
        .or(own)
        .unwrap_or(MAX_TOKENS)
        .min(settings.bert.max_position_embeddings)
        .min(MAX_TOKENS);
    let added = tokenizer
        .get_post_processor()
        .map_or(0, |p| tokenizers::PostProcessor::added_tokens(p, false));
    if max_tokens <= added {
        return Err(format!(
            "{added} tokens stand around each text, and the model reads {max_tokens} in all; {BELONG}"
        ));
    }
    // Texts of one length are encoded together, so none is padded.
    tokenizer.with_padding(None);
    tokenizer
        .with_truncation(Some(TruncationParams {
            max_length: max_tokens,
            ..TruncationParams::default()
        }))
        .map_err(|e| format!("{e}; {BELONG}"))?;
    Ok((tokenizer, max_tokens))
}
