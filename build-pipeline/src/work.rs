//! The work folder: what each step made, with a note of everything it was made from.
//!
//! A later run may begin in the middle. It takes an earlier step's result only if the note says just
//! what this run would say; else it refuses and tells what differs, so a pack is never put together
//! from two catalogues or two configurations.
//!
//! The folder and its files are for their owner alone. Those that tell of people are removed after a build, unless the
//! plan keeps them.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use aftershow_core::pack::layout::FORMAT_VERSION;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    config::Config,
    error::BuildError,
    gather::Gathered,
    input,
    preferences::Preferences,
    ratings::Rated,
    scratch,
    step::{Plan, Step},
    stored,
    train::Trained,
    users_out::absolute,
};

/// Makes sure that neither the work folder nor the pack's lies in the other: a pack's folder is replaced whole, and public.
///
/// # Errors
/// [`BuildError::Usage`].
pub fn check(work: &Path, out: &Path) -> Result<(), BuildError> {
    let (inner, outer) = (absolute(work)?, absolute(out)?);
    if inner.starts_with(&outer) || outer.starts_with(&inner) {
        let (work, out) = (work.display(), out.display());
        return Err(BuildError::Usage {
            reason: format!("--work {work} and --out {out}: one is in the other; name two folders beside each other"),
        });
    }
    Ok(())
}

/// What a result depends on: names that people know, and values.
type DependsOn = BTreeMap<String, String>;

/// A result's note.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    depends_on: DependsOn,
    /// Of each file.
    sha256: Vec<String>,
    /// Whether the files that tell of people have been removed.
    #[serde(default)]
    people_removed: bool,
}

/// The files that tell of people.
const OF_PEOPLE: [&str; 5] = [
    "interactions.bin",
    "left-out.bin",
    "preferences.json",
    "ratings.bin",
    "lone-ratings.bin",
];

/// The work folder of one run.
#[derive(Debug)]
pub struct Work {
    plan: Plan,
    /// For each step but the last.
    depends_on: BTreeMap<&'static str, DependsOn>,
    /// The steps that the configuration has work for.
    steps: Vec<Step>,
}

/// What a step makes, as one file or several.
pub trait Product: Sized {
    /// The form that is stored: the files of the step. An empty one is not written.
    ///
    /// # Errors
    /// [`BuildError`] if it has none.
    fn stored(&self) -> Result<Vec<Cow<'_, [u8]>>, BuildError>;
    /// Reads the stored form; `None` if it is damaged.
    fn restored(files: Vec<Vec<u8>>) -> Option<Self>;
}

impl Product for Vec<u8> {
    fn stored(&self) -> Result<Vec<Cow<'_, [u8]>>, BuildError> {
        Ok(vec![Cow::Borrowed(self)])
    }

    fn restored(files: Vec<Vec<u8>>) -> Option<Vec<u8>> {
        files.into_iter().next()
    }
}

impl Product for Gathered {
    fn stored(&self) -> Result<Vec<Cow<'_, [u8]>>, BuildError> {
        let preferences = match self.preferences.is_empty() {
            true => Vec::new(),
            false => serde_json::to_vec(&self.preferences)?,
        };
        Ok(vec![
            Cow::Owned(serde_json::to_vec(&self.catalogue)?),
            Cow::Owned(stored::write(&self.interactions)),
            Cow::Owned(stored::write(&self.left_out)),
            Cow::Owned(preferences),
            Cow::Owned(stored::write(&self.ratings)),
            Cow::Owned(stored::write(&self.lone_ratings)),
        ])
    }

    fn restored(files: Vec<Vec<u8>>) -> Option<Gathered> {
        let [catalogue, interactions, left_out, preferences, ratings, lone_ratings] = files.try_into().ok()?;
        Some(Gathered {
            catalogue: serde_json::from_slice(&catalogue).ok()?,
            interactions: stored::read(&interactions)?,
            left_out: stored::read(&left_out)?,
            preferences: match preferences.is_empty() {
                true => Preferences::default(),
                false => serde_json::from_slice(&preferences).ok()?,
            },
            ratings: stored::read(&ratings)?,
            lone_ratings: stored::read(&lone_ratings)?,
        })
    }
}

impl Product for Trained {
    fn stored(&self) -> Result<Vec<Cow<'_, [u8]>>, BuildError> {
        let about = match self.is_empty() {
            true => Vec::new(),
            false => {
                let models: Vec<&str> = self.models.iter().map(|(name, _)| name.as_str()).collect();
                serde_json::to_vec(&(&self.model, &self.blend, &self.figures, models))?
            }
        };
        let models = self.models.iter().map(|(_, part)| Cow::Borrowed(&part[..]));
        Ok([Cow::Borrowed(&self.part[..]), Cow::Owned(about)]
            .into_iter()
            .chain(models)
            .collect())
    }

    fn restored(files: Vec<Vec<u8>>) -> Option<Trained> {
        let mut files = files.into_iter();
        let (part, about) = (files.next()?, files.next()?);
        if part.is_empty() {
            return Some(Trained::default());
        }
        let (model, blend, figures, models): (_, _, _, Vec<String>) = serde_json::from_slice(&about).ok()?;
        if models.len() != files.len() {
            return None;
        }
        Some(Trained {
            part,
            models: models.into_iter().zip(files).collect(),
            model,
            blend,
            figures,
        })
    }
}

impl Product for Rated {
    fn stored(&self) -> Result<Vec<Cow<'_, [u8]>>, BuildError> {
        let figures = serde_json::to_vec(&self.figures)?;
        Ok(vec![Cow::Borrowed(&self.part), Cow::Owned(figures)])
    }

    fn restored(files: Vec<Vec<u8>>) -> Option<Rated> {
        let [part, figures] = files.try_into().ok()?;
        Some(Rated {
            part,
            figures: serde_json::from_slice(&figures).ok()?,
        })
    }
}

impl Work {
    /// Opens the work folder for a run, and makes sure before any work that the results of the steps
    /// that this run leaves out can be used.
    ///
    /// # Errors
    /// [`BuildError::Input`] if an input can't be read, [`BuildError::Stale`] if a result is missing or stale.
    pub fn open(plan: &Plan, config: &Config) -> Result<Work, BuildError> {
        let work = Work {
            plan: plan.clone(),
            depends_on: dependencies(config)?,
            steps: Step::of(config),
        };
        for step in work.steps.iter().copied().take_while(|step| *step < plan.last()) {
            if !plan.steps.contains(&step) {
                work.usable_note(step)?;
            }
        }
        scratch::create_private_dir(&plan.work).map_err(|e| BuildError::write(&plan.work, e))?;
        Ok(work)
    }

    /// Runs a step and stores what it made, or takes what an earlier run stored.
    ///
    /// # Errors
    /// What `make` says, [`BuildError::Stale`], or [`BuildError::Write`].
    pub fn step<T: Product>(&self, step: Step, make: impl FnOnce() -> Result<T, BuildError>) -> Result<T, BuildError> {
        if self.plan.steps.contains(&step) {
            let product = make()?;
            self.store(step, &product.stored()?)?;
            return Ok(product);
        }
        self.load(step)
    }

    /// The files there that tell of people.
    pub fn files_of_people(&self) -> Vec<PathBuf> {
        let files = OF_PEOPLE.iter().map(|file| self.plan.work.join(file));
        files.filter(|file| file.exists()).collect()
    }

    /// Removes the files that tell of people, unless the plan keeps them. The steps that made them must then be run
    /// again.
    ///
    /// # Errors
    /// [`BuildError::Write`].
    pub fn forget_people(&self) -> Result<(), BuildError> {
        let files = self.files_of_people();
        if self.plan.keeps_people || files.is_empty() {
            return Ok(());
        }
        let (_, note_path) = self.paths(Step::Fetch);
        if let Some(note) = read_note(&note_path) {
            let removed = Note {
                people_removed: true,
                ..note
            };
            scratch::write_private_file(&note_path, &serde_json::to_vec_pretty(&removed)?)?;
        }
        files.iter().try_for_each(|file| remove(file))
    }

    /// The files of a step's result, and its note.
    fn paths(&self, step: Step) -> (Vec<PathBuf>, PathBuf) {
        let files: &[&str] = match step {
            Step::Fetch => &[
                "catalogue.json",
                "interactions.bin",
                "left-out.bin",
                "preferences.json",
                "ratings.bin",
                "lone-ratings.bin",
            ],
            Step::Features => &["features.bin"],
            Step::Similarities => &["neighbours.bin"],
            Step::Train => &["collaborative.bin", "training.json"],
            Step::Ratings => &["rating-model.bin", "rating-model.json"],
            Step::Pack => &[],
        };
        (
            files.iter().map(|file| self.plan.work.join(file)).collect(),
            self.plan.work.join(format!("{}.note.json", step.name())),
        )
    }

    fn store(&self, step: Step, files: &[Cow<'_, [u8]>]) -> Result<(), BuildError> {
        let (paths, note_path) = self.paths(step);
        // Without its note a result counts for nothing: so the note goes first and comes last.
        remove(&note_path)?;
        for (path, bytes) in paths.iter().zip(files) {
            match bytes.is_empty() {
                true => remove(path)?,
                false => scratch::write_private_file(path, bytes)?,
            }
        }
        let depends_on = self.depends_on.get(step.name()).cloned().unwrap_or_default();
        let note = Note {
            depends_on,
            sha256: files.iter().map(|bytes| input::hex(&Sha256::digest(bytes))).collect(),
            people_removed: false,
        };
        scratch::write_private_file(&note_path, &serde_json::to_vec_pretty(&note)?)
    }

    fn load<T: Product>(&self, step: Step) -> Result<T, BuildError> {
        let note = self.usable_note(step)?;
        let (paths, _) = self.paths(step);
        let mut files = Vec::new();
        for (path, sha256) in paths.iter().zip(&note.sha256) {
            let bytes = match fs::read(path) {
                Ok(bytes) => bytes,
                Err(e) if e.kind() == io::ErrorKind::NotFound => Vec::new(),
                Err(e) => return Err(self.stale(step, format!("{} can't be read ({e})", path.display()))),
            };
            if input::hex(&Sha256::digest(&bytes)) != *sha256 {
                return Err(self.stale(step, format!("{} is damaged", path.display())));
            }
            files.push(bytes);
        }
        T::restored(files).ok_or_else(|| self.stale(step, format!("{} is damaged", shown(&self.plan.work))))
    }

    fn usable_note(&self, step: Step) -> Result<Note, BuildError> {
        let (_, path) = self.paths(step);
        let Some(note) = read_note(&path) else {
            return Err(self.stale(step, format!("there is none in {}", shown(&self.plan.work))));
        };
        let empty = DependsOn::new();
        let differences = differences(&note.depends_on, self.depends_on.get(step.name()).unwrap_or(&empty));
        if !differences.is_empty() {
            return Err(self.stale(step, differences.join("; ")));
        }
        if note.people_removed {
            let reason = "what it had of people was removed when the pack was built; --work or --steps keeps it";
            return Err(self.stale(step, reason.to_owned()));
        }
        Ok(note)
    }

    fn stale(&self, step: Step, reason: String) -> BuildError {
        let last = self.plan.last();
        let run: Vec<Step> = self
            .steps
            .iter()
            .copied()
            .filter(|s| (step..=last).contains(s))
            .collect();
        BuildError::Stale {
            step: step.name(),
            reason,
            run: Step::names(&run),
        }
    }
}

/// `None` if there is none, or it is damaged.
fn read_note(path: &Path) -> Option<Note> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

fn remove(path: &Path) -> Result<(), BuildError> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(BuildError::write(path, e)),
        _ => Ok(()),
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// What each step's result depends on: on all that the results it is made from do.
fn dependencies(config: &Config) -> Result<BTreeMap<&'static str, DependsOn>, BuildError> {
    let mut all = DependsOn::new();
    all.insert(
        "aftershow".into(),
        format!("{}, format {FORMAT_VERSION}", env!("CARGO_PKG_VERSION")),
    );
    for (i, source) in config.catalog.iter().enumerate() {
        all.insert(format!("catalog[{i}]"), source.meaning()?);
        for (name, sha256) in input::hashes(source)? {
            all.insert(format!("the input {name} (catalog[{i}])"), sha256);
        }
    }
    let interactions = &config.interactions;
    for (i, source) in interactions.sources.iter().enumerate() {
        all.insert(format!("interactions.sources[{i}]"), source.meaning()?);
        let (name, sha256) = input::hash_of_events(source)?;
        all.insert(format!("the input {name} (interactions.sources[{i}])"), sha256);
    }
    if !config.ratings.sources.is_empty() {
        all.insert("model.min_people".to_owned(), json(&config.model.min_people)?);
    }
    for (i, source) in config.ratings.sources.iter().enumerate() {
        all.insert(format!("ratings.sources[{i}]"), source.meaning()?);
        let (name, sha256) = input::hash_of_events(source)?;
        all.insert(format!("the input {name} (ratings.sources[{i}])"), sha256);
    }
    for (i, source) in interactions.users.iter().enumerate() {
        all.insert(format!("interactions.users[{i}]"), source.meaning()?);
        for (name, sha256) in input::hashes(source)? {
            all.insert(format!("the input {name} (interactions.users[{i}])"), sha256);
        }
    }
    for (key, value) in [
        ("weights", json(&interactions.weights)?),
        ("rating", json(&interactions.rating)?),
        ("half_life_days", json(&interactions.half_life_days)?),
        (
            "popularity_half_life_days",
            json(&interactions.popularity_half_life_days)?,
        ),
        ("min_user_interactions", json(&interactions.min_user_interactions)?),
        ("min_item_interactions", json(&interactions.min_item_interactions)?),
    ] {
        all.insert(format!("interactions.{key}"), value);
    }
    all.insert("strict".into(), json(&config.strict)?);
    all.insert("max_items".into(), json(&config.max_items)?);
    all.insert("id_kind".into(), json(&config.id_kind)?);
    all.insert("attribution".into(), json(&config.attribution)?);
    let fetch = all.clone();
    let content = &config.content;
    all.insert("content.max_text_features".into(), json(&content.max_text_features)?);
    all.insert("content.stop_words".into(), json(&content.stop_words)?);
    if let Some(model) = content.text_encoder.about()? {
        all.insert(format!("the input {} (content.text_encoder)", model.name), model.sha256);
    }
    let features = all.clone();
    let mut ratings = all.clone();
    ratings.insert("seed".into(), json(&config.seed)?);
    ratings.insert("ratings".into(), json(&config.ratings)?);
    all.insert("content.weights".into(), json(&content.weights)?);
    all.insert("content.genre_similarity".into(), json(&content.genre_similarity)?);
    all.insert("content.top_n".into(), json(&content.top_n)?);
    all.insert("content.min_similarity".into(), json(&content.min_similarity)?);
    let mut train = all.clone();
    train.insert("seed".into(), json(&config.seed)?);
    train.insert("model".into(), json(&config.model)?);
    train.insert("models".into(), json(&config.models)?);
    train.insert("personal".into(), json(&config.personal)?);
    Ok([
        (Step::Fetch, fetch),
        (Step::Features, features),
        (Step::Similarities, all),
        (Step::Train, train),
        (Step::Ratings, ratings),
    ]
    .map(|(s, d)| (s.name(), d))
    .into())
}

fn differences(was: &DependsOn, is: &DependsOn) -> Vec<String> {
    let names: std::collections::BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    let tell = |name: &String| match (was.get(name), is.get(name)) {
        (Some(a), Some(b)) if a == b => None,
        (Some(_), Some(_)) if name.starts_with("the input ") => Some(format!("{name} has changed")),
        (Some(a), Some(b)) => Some(format!("{name} was {a} and is {b}")),
        (Some(_), None) => Some(format!("{name} is gone")),
        (None, _) => Some(format!("{name} is new")),
    };
    names.into_iter().filter_map(tell).collect()
}

fn json(value: &impl Serialize) -> Result<String, BuildError> {
    Ok(serde_json::to_string(value)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(file: &Path) -> Config {
        let source = crate::source::Source::parse(&format!("tvmaze:{}", file.display())).unwrap();
        Config {
            catalog: vec![source],
            ..Config::default()
        }
    }

    fn plan(dir: &Path, steps: &str) -> Plan {
        Plan {
            steps: Step::parse_list(steps).unwrap(),
            ..Plan::new(dir.join("pack"))
        }
    }

    /// Runs the steps with products of no meaning; returns what came out of the features step.
    fn run(plan: &Plan, config: &Config, product: &[u8]) -> Result<Vec<u8>, BuildError> {
        let work = Work::open(plan, config)?;
        work.step(Step::Fetch, || Ok(b"catalogue".to_vec()))?;
        work.step(Step::Features, || Ok(product.to_vec()))
    }

    #[test]
    fn a_later_run_takes_what_an_earlier_one_made() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("shows.json");
        fs::write(&file, "[]").unwrap();
        run(&plan(dir.path(), "fetch,features"), &config(&file), b"one").unwrap();
        let again = run(&plan(dir.path(), "similarities,train,pack"), &config(&file), b"two").unwrap();
        assert_eq!(again, b"one");
    }

    #[test]
    fn another_input_or_configuration_is_refused_and_named_with_the_steps_to_run() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("shows.json");
        fs::write(&file, "[]").unwrap();
        let missing = run(&plan(dir.path(), "similarities,train,pack"), &config(&file), b"x")
            .unwrap_err()
            .to_string();
        assert!(
            missing.contains("`fetch`") && missing.ends_with("--steps fetch,features,similarities,train,pack"),
            "{missing}"
        );

        run(&plan(dir.path(), "fetch,features"), &config(&file), b"one").unwrap();
        let mut other = config(&file);
        other.content.max_text_features = 300;
        let stale = run(&plan(dir.path(), "similarities,train,pack"), &other, b"x").unwrap_err();
        assert_eq!((stale.code(), stale.exit_code()), ("stale_step", 2));
        let stale = stale.to_string();
        assert!(
            stale.contains("content.max_text_features was 500 and is 300"),
            "{stale}"
        );
        assert!(stale.ends_with("--steps features,similarities,train,pack"), "{stale}");

        let mut weights = config(&file);
        weights.content.weights.genre = 9.0;
        assert!(
            run(&plan(dir.path(), "similarities,train,pack"), &weights, b"x").is_ok(),
            "features don't depend on weights"
        );

        fs::write(&file, "[ ]").unwrap();
        let stale = run(&plan(dir.path(), "similarities,train,pack"), &config(&file), b"x")
            .unwrap_err()
            .to_string();
        assert!(
            stale.contains("the input shows.json (catalog[0]) has changed"),
            "{stale}"
        );
    }

    #[test]
    fn a_damaged_result_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("shows.json");
        fs::write(&file, "[]").unwrap();
        run(&plan(dir.path(), "fetch,features"), &config(&file), b"one").unwrap();
        fs::write(dir.path().join("pack.work/features.bin"), "two").unwrap();
        let message = run(&plan(dir.path(), "similarities,train,pack"), &config(&file), b"x")
            .unwrap_err()
            .to_string();
        assert!(message.contains("features.bin is damaged"), "{message}");
    }
}
