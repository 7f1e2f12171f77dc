//! The pool: of the best few hundred one after the other, each time the one that makes the list better by most.

use alloc::vec::Vec;

use super::{
    Reranking,
    calibration::{Calibration, Taste},
    caps::Caps,
};
use crate::{
    engine::Weights,
    ids::ItemIx,
    kernel::{Crowd, Features},
    pack::GenreSimilarity,
};

/// What a pool is put in order by.
pub(in crate::engine) struct Pool<'p, 'v> {
    pub reranking: &'p Reranking<'v>,
    pub features: &'v Features<'v>,
    /// What items are compared by.
    pub weights: Weights,
    pub how: GenreSimilarity,
    /// What genres the list should have; `None` if nothing is known of that.
    pub taste: Option<Taste>,
}

/// An item of the pool that has no place yet.
struct Candidate {
    /// Its place by score.
    place: usize,
    item: ItemIx,
    /// Its score relative to the best of the pool.
    relevance: f32,
    /// How much it is like the item before it that it is most like.
    nearest: f32,
}

impl Pool<'_, '_> {
    /// The first `wanted` items of the new order of `best`: items with the scores that rank them, best first. Pins come before them:
    /// they count for diversity, calibration and caps.
    ///
    /// Of a candidate *i* with relevance *r*, greatest likeness *s* to what is before it, and *KL* of the list that it would
    /// make, the value is `(1 − c)·((1 − d)·r − d·s) − c·KL` for a diversity of *d* and a calibration of *c*. Of equal ones the
    /// one with the better score comes first.
    ///
    /// Cost: `wanted · |best|` comparisons of two items, some 30 ns each, if there is any diversity.
    pub fn order(&self, best: &[(ItemIx, f32)], wanted: usize) -> Vec<ItemIx> {
        if !self.reranking.chooses() {
            return best.iter().take(wanted).map(|(item, _)| *item).collect();
        }
        let mut list = List::of(self, best);
        for pin in &self.reranking.pins {
            list.put(*pin);
        }
        let mut chosen: Vec<ItemIx> = Vec::with_capacity(wanted.min(best.len()));
        while chosen.len() < wanted {
            let Some(next) = list.next() else { break };
            chosen.push(next);
            list.put(next);
        }
        let room = wanted - chosen.len();
        chosen.extend(list.refused.iter().map(|candidate| candidate.item).take(room));
        chosen
    }
}

/// A list under way.
struct List<'p, 'v> {
    pool: &'p Pool<'p, 'v>,
    left: Vec<Candidate>,
    /// By their places: so they go behind the others.
    refused: Vec<Candidate>,
    caps: Caps<'v>,
    /// `None` if nothing is to be calibrated, or by nothing.
    calibration: Option<Calibration<'p>>,
    /// All candidates; `None` if their likeness does not count.
    crowd: Option<Crowd<'v>>,
}

impl<'p, 'v> List<'p, 'v> {
    fn of(pool: &'p Pool<'p, 'v>, best: &[(ItemIx, f32)]) -> List<'p, 'v> {
        let most = best.first().map_or(0.0, |(_, score)| *score);
        let candidate = |(place, (item, score)): (usize, &(ItemIx, f32))| Candidate {
            place,
            item: *item,
            relevance: if most > 0.0 { score / most } else { 0.0 },
            nearest: 0.0,
        };
        let (reranking, features) = (pool.reranking, pool.features);
        let calibration = match (&pool.taste, features.items.genre()) {
            (Some(taste), Some(genre)) if reranking.calibration > 0.0 => Some(Calibration::new(genre, taste, best)),
            _ => None,
        };
        let items = best.iter().map(|(item, _)| *item);
        List {
            pool,
            left: best.iter().enumerate().map(candidate).collect(),
            refused: Vec::new(),
            caps: Caps::new(&reranking.caps),
            calibration,
            crowd: (reranking.diversity > 0.0).then(|| Crowd::of(features, pool.how, items)),
        }
    }

    /// Takes out the candidate that makes the list better by most; `None` if none is left that may be on it.
    fn next(&mut self) -> Option<ItemIx> {
        for candidate in self.left.extract_if(.., |candidate| self.caps.refuse(candidate.item)) {
            let place = self.refused.partition_point(|before| before.place < candidate.place);
            self.refused.insert(place, candidate);
        }
        let mut best: Option<(usize, f32)> = None;
        for (at, candidate) in self.left.iter().enumerate() {
            let value = self.value(candidate);
            let before = |(other, most): (usize, f32)| {
                value > most || (value == most && candidate.place < self.left[other].place)
            };
            if best.is_none_or(before) {
                best = Some((at, value));
            }
        }
        best.map(|(at, _)| self.left.swap_remove(at).item)
    }

    fn value(&self, candidate: &Candidate) -> f32 {
        let diversity = self.pool.reranking.diversity;
        let own = (1.0 - diversity) * candidate.relevance - diversity * candidate.nearest;
        match &self.calibration {
            Some(calibration) => {
                let share = self.pool.reranking.calibration;
                (1.0 - share) * own - share * calibration.divergence(candidate.place)
            }
            None => own,
        }
    }

    /// Puts an item on the list: what is left is compared with it.
    fn put(&mut self, item: ItemIx) {
        self.caps.count(item);
        if let Some(calibration) = &mut self.calibration {
            calibration.add(item);
        }
        if let Some(crowd) = &mut self.crowd {
            crowd.face(item);
            for candidate in &mut self.left {
                let likeness = crowd.parts(candidate.place).score(&self.pool.weights);
                if likeness > candidate.nearest {
                    candidate.nearest = likeness;
                }
            }
        }
    }
}
