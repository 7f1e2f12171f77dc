//! What every model must do, whatever it is made of: one contract, run for each of them.

use std::fs;

use aftershow_core::{
    Event, ItemId, Person, Query,
    pack::{
        Container, Writer,
        collaborative::{self, Collaborative},
        layout::kind,
    },
};
use aftershow_pipeline::{
    Config, Interactions, PackDir, Plan, Progress,
    interactions::Event as Interaction,
    models::{Family, Model, ModelConfig, Trained, fit, train, validation::top},
    progress::Style,
    run,
    source::events::EventSource,
};

const ALL: [Family; 6] = [
    Family::Auto,
    Family::Ease,
    Family::Graph,
    Family::Ials,
    Family::Bpr,
    Family::Popularity,
];

/// Items of a block, and blocks. Who likes one item of a block likes most others of it, and none outside.
const BLOCK: usize = 8;
const BLOCKS: usize = 5;
const ITEMS: usize = BLOCK * BLOCKS;

/// A small catalogue needs few columns, and few events need long steps.
fn config(model: Family) -> ModelConfig {
    ModelConfig {
        model,
        embedding_dim: 8,
        epochs: 40,
        batch_size: 64,
        learning_rate: 0.02,
        ..ModelConfig::default()
    }
}

fn progress() -> Progress {
    Progress::new(Style::Quiet)
}

/// Users of a block: one for each pair of its items.
const USERS: u32 = (BLOCK * (BLOCK - 1) / 2 * BLOCKS) as u32;

/// Every user has six of the eight items of their block, and each pair of items is left out by one user: so all items of a
/// block are alike. (Were it always six in a row, those two steps apart would speak against each other.)
fn block_events() -> Vec<(u32, u32)> {
    let pairs = (0..BLOCK).flat_map(|a| (0..a).map(move |b| (a, b)));
    let users = pairs.flat_map(|pair| (0..BLOCKS).map(move |block| (pair, block)));
    let of = |(user, ((a, b), block)): (usize, ((usize, usize), usize))| {
        let items = (0..BLOCK).filter(move |item| *item != a && *item != b);
        items.map(move |item| (user as u32, (block * BLOCK + item) as u32))
    };
    users.enumerate().flat_map(of).collect()
}

fn interactions(events: &[(u32, u32)], users: u32, items: usize) -> Interactions {
    let ids = (0..users).map(|user| format!("user{user:04}")).collect();
    let events: Vec<Interaction> = events
        .iter()
        .map(|(user, item)| Interaction {
            user: *user,
            item: *item,
            weight: 1.0,
            day: 0,
        })
        .collect();
    Interactions::new(ids, &events, items)
}

fn trained(events: &[(u32, u32)], users: u32, items: usize, model: Family) -> Trained {
    let made = train(&interactions(events, users, items), &config(model), &progress()).unwrap();
    assert_eq!((made.data.items, made.model.items()), (items, items));
    // What is stored is a part that core reads, and takes the bytes that the report says.
    let mut part = Writer::new(kind::COLLABORATIVE);
    collaborative::write(&mut part, &made.data).unwrap();
    let bytes = part.finish().unwrap();
    let part = Container::open(bytes, kind::COLLABORATIVE).unwrap();
    let read = Collaborative::open(&part).unwrap();
    read.check(items).unwrap();
    assert_eq!(read.len(), items);
    made
}

fn scores(model: &dyn Model, history: &[(u32, f32)]) -> Vec<f32> {
    let mut scores = vec![f32::NAN; model.items()];
    model.score(history, &mut scores);
    assert!(
        scores.iter().all(|score| score.is_finite()),
        "{}: {scores:?}",
        model.name()
    );
    scores
}

#[test]
fn what_belongs_together_is_found_and_nothing_twice() {
    for family in ALL {
        let made = trained(&block_events(), USERS, ITEMS, family);
        for block in 0..BLOCKS as u32 {
            let history: Vec<(u32, f32)> = (0..5).map(|at| (block * BLOCK as u32 + at, 1.0)).collect();
            let found = top(&scores(made.model.as_ref(), &history), &history, 3);
            assert!(found.iter().all(|item| history.iter().all(|(seen, _)| seen != item)));
            if family != Family::Popularity {
                let own = found.iter().filter(|item| **item / BLOCK as u32 == block).count();
                assert_eq!(own, 3, "{family:?}, block {block}: {found:?}");
            }
            let all = top(&scores(made.model.as_ref(), &history), &history, 10 * ITEMS);
            assert_eq!(all.len(), ITEMS - history.len(), "more asked for than there are");
        }
    }
}

#[test]
fn dislikes_lower_what_they_touch_and_raise_nothing() {
    for family in ALL {
        let made = trained(&block_events(), USERS, ITEMS, family);
        let model = made.model.as_ref();
        let liked = scores(model, &[(0, 1.0), (1, 1.0)]);
        let both = scores(model, &[(0, 1.0), (1, 1.0), (2, -1.0)]);
        assert!(both.iter().zip(&liked).all(|(both, liked)| both <= liked), "{family:?}");
        if family != Family::Popularity {
            assert!(both[3] < liked[3], "{family:?}: {} {}", both[3], liked[3]);
            assert!(
                scores(model, &[(2, -1.0)]).iter().all(|score| *score <= 0.0),
                "{family:?}"
            );
        }
    }
}

#[test]
fn a_person_without_a_history_gets_scores_that_say_nothing() {
    for family in ALL.into_iter().filter(|family| *family != Family::Popularity) {
        let made = trained(&block_events(), USERS, ITEMS, family);
        assert!(scores(made.model.as_ref(), &[]).iter().all(|score| *score == 0.0));
    }
}

#[test]
fn an_item_that_nobody_saw_is_no_trouble() {
    for family in ALL {
        let made = trained(&block_events(), USERS, ITEMS + 1, family);
        let unseen = scores(made.model.as_ref(), &[(ITEMS as u32, 1.0)]);
        assert_eq!(unseen.len(), ITEMS + 1);
        let found = top(&scores(made.model.as_ref(), &[(0, 1.0), (1, 1.0)]), &[], 5);
        assert!(!found.contains(&(ITEMS as u32)), "{family:?}: {found:?}");
    }
}

#[test]
fn one_user_one_item_and_nothing_at_all_are_no_trouble() {
    for family in ALL {
        for (events, users, items) in [
            (&[(0, 0), (0, 1), (0, 2)][..], 1, 3),
            (&[(0, 0), (1, 0), (2, 0)][..], 3, 1),
            (&[(0, 0)][..], 1, 1),
            (&[(0, 1)][..], 1, 2),
            (&[][..], 0, 2),
            (&[][..], 0, 0),
        ] {
            let made = trained(events, users, items, family);
            if items > 0 {
                scores(made.model.as_ref(), &[(0, 1.0)]);
            }
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_model_and_a_fit_is_the_trained_one() {
    for family in ALL {
        let data = interactions(&block_events(), USERS, ITEMS);
        let made = train(&data, &config(family), &progress()).unwrap();
        assert_eq!(train(&data, &config(family), &progress()).unwrap().data, made.data);
        // With what was chosen and reported, the float model can be fitted again.
        let chosen = ModelConfig {
            ease: made.report.ease,
            graph: made.report.graph,
            graph_share: Some(made.report.graph_share),
            ..config(family)
        };
        let again = fit(&data, &chosen, &progress()).unwrap();
        let history = [(3, 1.0), (5, 1.0)];
        let (first, second) = (scores(made.model.as_ref(), &history), scores(again.as_ref(), &history));
        if family != Family::Bpr {
            // There the fit has no validation users to choose how people are found.
            assert_eq!(first, second, "{family:?}");
        }
    }
}

#[test]
fn the_engine_answers_from_every_model() {
    let dir = tempfile::tempdir().unwrap();
    let lines: Vec<String> = block_events()
        .chunks(6)
        .map(|events| {
            let items: Vec<String> = events.iter().map(|(_, item)| item.to_string()).collect();
            format!("{} {}", events[0].0, items.join(" "))
        })
        .collect();
    let file = dir.path().join("log.txt");
    fs::write(&file, lines.join("\n")).unwrap();
    for family in ALL {
        let mut all = Config {
            model: config(family),
            ..Config::default()
        };
        all.interactions.sources = vec![EventSource::parse(&format!("user-items:{}", file.display())).unwrap()];
        let plan = Plan::new(dir.path().join(format!("{family:?}")));
        run(&all, &plan, &progress()).unwrap();
        let mut pack = PackDir::open(&plan.out).unwrap();
        let person = |items: &[u64]| {
            Query::person(Person {
                history: items.iter().map(|item| Event::of(ItemId::Int(*item))).collect(),
                genres: Vec::new(),
            })
        };
        let answer = pack
            .recommend(&Query {
                n: 100,
                ..person(&[8, 9, 10, 11, 12])
            })
            .unwrap();
        let ids: Vec<u64> = answer
            .items
            .iter()
            .map(|item| match item.card.id {
                ItemId::Int(id) => id,
                _ => unreachable!("the ids are numbers"),
            })
            .collect();
        assert_eq!(ids.len(), ITEMS - 5, "{family:?}: all but the history");
        assert!(ids.iter().all(|id| !(8..13).contains(id)));
        if family != Family::Popularity {
            let mut first = ids[..3].to_vec();
            first.sort_unstable();
            assert_eq!(first, [13, 14, 15], "{family:?}");
        }
        let nobody = pack.recommend(&person(&[])).unwrap();
        assert!(nobody.fallback_used && !nobody.items.is_empty());
        let stranger = pack.recommend(&person(&[999_999])).unwrap();
        assert_eq!((stranger.unknown_items, stranger.fallback_used), (1, true));
    }
}
