//! BERT (Devlin et al. 2018), the encoder alone: tokens to a vector each.
//!
//! Written on candle's tensors, since the crate with candle's own models compiles a hundred others with it.

use std::collections::HashMap;

use candle_core::{DType, Result, Tensor};
use candle_nn::ops;

use crate::settings::BertConfig;

#[derive(Debug)]
pub(crate) struct Bert {
    words: Tensor,
    positions: Tensor,
    kinds: Tensor,
    norm: Norm,
    layers: Vec<Layer>,
}

#[derive(Debug)]
struct Layer {
    query: Linear,
    key: Linear,
    value: Linear,
    attended: Linear,
    attended_norm: Norm,
    inner: Linear,
    outer: Linear,
    norm: Norm,
    heads: usize,
}

#[derive(Debug)]
struct Linear {
    weight: Tensor,
    bias: Tensor,
}

#[derive(Debug)]
struct Norm {
    weight: Tensor,
    bias: Tensor,
    eps: f32,
}

/// The tensors of a file, each to be taken once.
pub(crate) struct Weights {
    tensors: HashMap<String, Tensor>,
    /// What stands before all names.
    prefix: &'static str,
}

impl Weights {
    pub(crate) fn new(tensors: HashMap<String, Tensor>) -> Weights {
        let prefix = match tensors.keys().any(|name| name.starts_with("bert.")) {
            true => "bert.",
            false => "",
        };
        Weights { tensors, prefix }
    }

    fn take(&mut self, name: &str, shape: &[usize]) -> std::result::Result<Tensor, String> {
        let name = format!("{}{name}", self.prefix);
        let Some(tensor) = self.tensors.remove(&name) else {
            return Err(format!(
                "there is no tensor {name:?}; take the weights that belong to config.json"
            ));
        };
        if tensor.dims() != shape {
            return Err(format!(
                "the tensor {name:?} has the shape {:?}, and config.json asks for {shape:?}; take the weights that belong to it",
                tensor.dims()
            ));
        }
        if !matches!(tensor.dtype(), DType::F32 | DType::F16 | DType::BF16 | DType::F64) {
            return Err(format!(
                "the tensor {name:?} is of type {:?}; use a model with weights of F32, F16 or BF16",
                tensor.dtype()
            ));
        }
        let tensor = tensor.to_dtype(DType::F32).and_then(|tensor| tensor.contiguous());
        tensor.map_err(|e| format!("the tensor {name:?} can't be read: {e}"))
    }

    fn linear(&mut self, name: &str, inputs: usize, outputs: usize) -> std::result::Result<Linear, String> {
        Ok(Linear {
            weight: self.take(&format!("{name}.weight"), &[outputs, inputs])?,
            bias: self.take(&format!("{name}.bias"), &[outputs])?,
        })
    }

    fn norm(&mut self, name: &str, config: &BertConfig) -> std::result::Result<Norm, String> {
        let size = [config.hidden_size];
        Ok(Norm {
            weight: self.take(&format!("{name}.LayerNorm.weight"), &size)?,
            bias: self.take(&format!("{name}.LayerNorm.bias"), &size)?,
            eps: config.layer_norm_eps,
        })
    }
}

impl Bert {
    /// # Errors
    /// Names the first tensor that is missing or of another shape.
    pub(crate) fn new(mut weights: Weights, config: &BertConfig) -> std::result::Result<Bert, String> {
        let (size, inner) = (config.hidden_size, config.intermediate_size);
        let mut table = |name: &str, rows| weights.take(&format!("embeddings.{name}_embeddings.weight"), &[rows, size]);
        let words = table("word", config.vocab_size)?;
        let positions = table("position", config.max_position_embeddings)?;
        let kinds = table("token_type", config.type_vocab_size)?;
        let norm = weights.norm("embeddings", config)?;
        let mut layer = |number: usize| {
            let mut linear = |name: &str, inputs, outputs| {
                weights.linear(&format!("encoder.layer.{number}.{name}"), inputs, outputs)
            };
            let query = linear("attention.self.query", size, size)?;
            let key = linear("attention.self.key", size, size)?;
            let value = linear("attention.self.value", size, size)?;
            let attended = linear("attention.output.dense", size, size)?;
            let inner_layer = linear("intermediate.dense", size, inner)?;
            let outer = linear("output.dense", inner, size)?;
            Ok(Layer {
                query,
                key,
                value,
                attended,
                attended_norm: weights.norm(&format!("encoder.layer.{number}.attention.output"), config)?,
                inner: inner_layer,
                outer,
                norm: weights.norm(&format!("encoder.layer.{number}.output"), config)?,
                heads: config.num_attention_heads,
            })
        };
        let layers = (0..config.num_hidden_layers)
            .map(&mut layer)
            .collect::<std::result::Result<_, String>>()?;
        Ok(Bert {
            words,
            positions,
            kinds,
            norm,
            layers,
        })
    }

    /// The vector of each token of a text, `tokens × hidden`.
    pub(crate) fn forward(&self, ids: &Tensor, kinds: &Tensor) -> Result<Tensor> {
        let words = self.words.index_select(ids, 0)?;
        let kinds = self.kinds.index_select(kinds, 0)?;
        let places = self.positions.narrow(0, 0, ids.dim(0)?)?;
        let first = self.norm.forward(&((words + kinds)? + places)?)?;
        self.layers.iter().try_fold(first, |x, layer| layer.forward(&x))
    }
}

impl Layer {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (tokens, size) = x.dims2()?;
        let width = size / self.heads;
        let heads = |x: Tensor| x.reshape((tokens, self.heads, width))?.transpose(0, 1)?.contiguous();
        let query = heads((self.query.forward(x)? * (1.0 / (width as f64).sqrt()))?)?;
        let key = heads(self.key.forward(x)?)?;
        let value = heads(self.value.forward(x)?)?;
        let attention = ops::softmax_last_dim(&query.matmul(&key.t()?)?)?;
        let seen = attention.matmul(&value)?.transpose(0, 1)?.contiguous()?;
        let seen = self.attended.forward(&seen.reshape((tokens, size))?)?;
        let x = self.attended_norm.forward(&(seen + x)?)?;
        let inner = self.inner.forward(&x)?.gelu_erf()?;
        self.norm.forward(&(self.outer.forward(&inner)? + &x)?)
    }
}

impl Linear {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        x.matmul(&self.weight.t()?)?.broadcast_add(&self.bias)
    }
}

impl Norm {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        ops::layer_norm(x, &self.weight, &self.bias, self.eps)
    }
}
