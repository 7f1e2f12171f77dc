//! What a query leaves open: as its variant has it, else as the pack has it.

use super::{Blend, Engine, Experiment, Query, Rerank, Variant, VariantName, Weights, filter::unknown_name};
use crate::{error::QueryError, pack::Part};

/// A query over a variant over the pack.
#[derive(Clone, Copy)]
pub(super) struct Defaults<'q> {
    engine: &'q Engine,
    query: &'q Query,
    variant: Option<(&'q Experiment, &'q Variant)>,
}

impl<'q> Defaults<'q> {
    /// # Errors
    /// [`QueryError::UnknownName`] for an experiment or a variant that the pack lacks.
    pub fn of(engine: &'q Engine, query: &'q Query) -> Result<Defaults<'q>, QueryError> {
        let variant = variant(engine, query)?;
        Ok(Defaults { engine, query, variant })
    }

    /// With this variant, or the pack's own values, whatever variant the query asks for.
    ///
    /// # Errors
    /// As [`Defaults::of`].
    pub fn with(engine: &'q Engine, query: &'q Query, name: Option<&VariantName>) -> Result<Defaults<'q>, QueryError> {
        let variant = name.map(|name| named(engine, name)).transpose()?;
        Ok(Defaults { engine, query, variant })
    }

    /// The name of the variant in force.
    pub fn variant_name(&self) -> Option<VariantName> {
        let name = |(experiment, variant): (&Experiment, &Variant)| VariantName {
            experiment: experiment.name.clone(),
            variant: variant.name.clone(),
        };
        self.variant.map(name)
    }

    fn variant(&self) -> Option<&'q Variant> {
        self.variant.map(|(_, variant)| variant)
    }

    /// The weights of the four content similarities.
    pub fn weights(&self) -> Result<Weights, QueryError> {
        let own = self.engine.manifest.content.weights;
        let base = match self.variant() {
            Some(variant) if !variant.weights.is_empty() => variant.weights.over(own)?,
            _ => own,
        };
        self.query.weights.over(base)
    }

    /// The weights of the two sides of a recommendation.
    pub fn blend(&self) -> Result<Blend, QueryError> {
        let own = self.engine.manifest.blend();
        let base = match self.variant() {
            Some(variant) if !variant.blend.is_empty() => variant.blend.over(own)?,
            _ => own,
        };
        self.query.blend.over(base)
    }

    /// The model of what people did.
    pub fn model(&self) -> Part {
        let name = self.variant().and_then(|variant| variant.model.as_deref());
        // The manifest's check knows that there is one of this name.
        name.and_then(|name| self.engine.manifest.model_named(name))
            .unwrap_or(Part::Collaborative)
    }

    /// How similar items are put in order.
    pub fn rerank_similar(&self) -> Rerank {
        self.rerank(Some(&self.engine.manifest.content.rerank))
    }

    /// How recommendations to a person are put in order.
    pub fn rerank_personal(&self) -> Rerank {
        self.rerank(self.engine.manifest.personal.as_ref().map(|personal| &personal.rerank))
    }

    /// How what is popular is put in order: a variant of the pack's is for similar items and for people.
    pub fn rerank_popular(&self) -> Rerank {
        self.query.rerank.clone()
    }

    fn rerank(&self, own: Option<&Rerank>) -> Rerank {
        let neutral = Rerank::default();
        let own = own.unwrap_or(&neutral);
        match self.variant() {
            Some(variant) => self.query.rerank.over(&variant.rerank.over(own)),
            None => self.query.rerank.over(own),
        }
    }
}

/// The variant that a query names, or that its visitor gets of the first experiment.
fn variant<'e>(engine: &'e Engine, query: &Query) -> Result<Option<(&'e Experiment, &'e Variant)>, QueryError> {
    if let Some(name) = &query.variant {
        return named(engine, name).map(Some);
    }
    let experiment = query.visitor.as_ref().and_then(|_| engine.manifest.experiments.first());
    let visitor = query.visitor.as_deref().unwrap_or_default();
    Ok(experiment.and_then(|experiment| Some((experiment, experiment.assign(visitor)?))))
}

fn named<'e>(engine: &'e Engine, name: &VariantName) -> Result<(&'e Experiment, &'e Variant), QueryError> {
    let experiments = &engine.manifest.experiments;
    let experiment = experiments.iter().find(|known| known.name == name.experiment);
    let experiment = experiment.ok_or_else(|| {
        let mut known = experiments.iter().map(|known| known.name.as_str());
        unknown_name("experiment", &name.experiment, &mut known)
    })?;
    let variant = experiment.variants.iter().find(|known| known.name == name.variant);
    let variant = variant.ok_or_else(|| {
        let mut known = experiment.variants.iter().map(|known| known.name.as_str());
        unknown_name("variant", &name.variant, &mut known)
    })?;
    Ok((experiment, variant))
}
