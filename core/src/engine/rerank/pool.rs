//! The pool: of the best few hundred one after the other, each time the one that makes the list better by most.
//!
//! What an item is worth beside a list only falls as the list grows likenesses to it. So an item is compared with what was chosen
//! since it was last looked at only when it would be the best without (lazy greedy: Minoux 1978), which most of the pool never is.

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
    /// Its score relative to the best of the pool that no boost raises, at most 1: a boost moves its item alone.
    relevance: f32,
    /// How much it is like the item before it that it is most like, of those that it was compared with.
    nearest: f32,
    /// How many those are.
    compared: usize,
    /// Whether it is more than popular: then it comes before what isn't.
    scored: bool,
    /// What it is worth as far as it was compared: no less than in truth.
    value: f32,
}

impl Pool<'_, '_> {
    /// The first `wanted` items of the new order of `best`: items with the scores that rank them, best first. Pins come before them:
    /// they count for diversity, calibration and caps. The first `scored` come before the others, which are only popular.
    ///
    /// Of a candidate *i* with relevance *r*, greatest likeness *s* to what is before it, and *KL* of the list that it would
    /// make, the value is `(1 − c)·((1 − d)·r − d·s) − c·KL` for a diversity of *d* and a calibration of *c*. Of equal ones the
    /// one with the better score comes first.
    ///
    /// Cost: `wanted · |best|` sums, and if there is any diversity, comparisons of two items at some 30 ns each, up to as many, but
    /// mostly a small part of that.
    pub fn order(&self, best: &[(ItemIx, f32)], scored: usize, wanted: usize) -> Vec<ItemIx> {
        if !self.reranking.chooses() {
            return best.iter().take(wanted).map(|(item, _)| *item).collect();
        }
        let mut list = List::of(self, best, scored);
        for (at, pin) in self.reranking.pins.iter().enumerate() {
            list.put(*pin, best.len() + at);
        }
        let mut chosen: Vec<ItemIx> = Vec::with_capacity(wanted.min(best.len()));
        while chosen.len() < wanted {
            let Some(next) = list.next() else { break };
            chosen.push(next.item);
            list.put(next.item, next.place);
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
    /// All candidates, and the pins behind them; `None` if their likeness does not count.
    crowd: Option<Crowd<'v>>,
    /// What is on the list, by places in the crowd.
    put: Vec<usize>,
}

impl<'p, 'v> List<'p, 'v> {
    fn of(pool: &'p Pool<'p, 'v>, best: &[(ItemIx, f32)], scored: usize) -> List<'p, 'v> {
        let boosts = &pool.reranking.boosts;
        let is_raised = |item: &ItemIx| boosts.iter().any(|(boosted, by)| boosted == item && *by > 1.0);
        let plain = best.iter().find(|(item, _)| !is_raised(item));
        let most = plain.or(best.first()).map_or(0.0, |(_, score)| *score);
        let candidate = |(place, (item, score)): (usize, &(ItemIx, f32))| Candidate {
            place,
            item: *item,
            relevance: if *score < most {
                score / most
            } else {
                f32::from(u8::from(most > 0.0))
            },
            nearest: 0.0,
            compared: 0,
            value: 0.0,
            scored: place < scored,
        };
        let (reranking, features) = (pool.reranking, pool.features);
        let calibration = match (&pool.taste, features.items.genre()) {
            (Some(taste), Some(genre)) if reranking.calibration > 0.0 => Some(Calibration::new(genre, taste, best)),
            _ => None,
        };
        let mut items: Vec<ItemIx> = best.iter().map(|(item, _)| *item).collect();
        items.extend_from_slice(&reranking.pins);
        List {
            pool,
            left: best.iter().enumerate().map(candidate).collect(),
            refused: Vec::new(),
            caps: Caps::new(&reranking.caps),
            calibration,
            crowd: (reranking.diversity > 0.0).then(|| Crowd::of(features, pool.how, &items)),
            put: Vec::new(),
        }
    }

    /// Takes out the candidate that makes the list better by most; `None` if none is left that may be on it.
    fn next(&mut self) -> Option<Candidate> {
        for candidate in self.left.extract_if(.., |candidate| self.caps.refuse(candidate.item)) {
            let place = self.refused.partition_point(|before| before.place < candidate.place);
            self.refused.insert(place, candidate);
        }
        for candidate in &mut self.left {
            candidate.value = value(self.pool.reranking, self.calibration.as_ref(), candidate);
        }
        loop {
            let candidates = self.left.iter().enumerate();
            let (at, _) = candidates.reduce(|best, other| if other.1.is_before(best.1) { other } else { best })?;
            if self.crowd.is_none() || self.left[at].compared == self.put.len() {
                return Some(self.left.swap_remove(at));
            }
            self.compare(at);
        }
    }

    /// Compares a candidate with what was put on the list since it was last compared.
    fn compare(&mut self, at: usize) {
        let candidate = &mut self.left[at];
        if let Some(crowd) = &mut self.crowd {
            crowd.face(candidate.item);
            for other in &self.put[candidate.compared..] {
                let likeness = crowd.parts(*other).score(&self.pool.weights);
                if likeness > candidate.nearest {
                    candidate.nearest = likeness;
                }
            }
        }
        candidate.compared = self.put.len();
        candidate.value = value(self.pool.reranking, self.calibration.as_ref(), candidate);
    }

    /// Puts an item on the list, whose place in the crowd is `place`.
    fn put(&mut self, item: ItemIx, place: usize) {
        self.caps.count(item);
        if let Some(calibration) = &mut self.calibration {
            calibration.add(item);
        }
        self.put.push(place);
    }
}

impl Candidate {
    fn is_before(&self, other: &Candidate) -> bool {
        match self.scored == other.scored {
            true => self.value > other.value || (self.value == other.value && self.place < other.place),
            false => self.scored,
        }
    }
}

fn value(reranking: &Reranking<'_>, calibration: Option<&Calibration<'_>>, candidate: &Candidate) -> f32 {
    let diversity = reranking.diversity;
    let own = (1.0 - diversity) * candidate.relevance - diversity * candidate.nearest;
    match calibration {
        Some(calibration) => {
            let share = reranking.calibration;
            (1.0 - share) * own - share * calibration.divergence(candidate.place)
        }
        None => own,
    }
}
