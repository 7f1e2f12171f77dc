//! The steps of a build, and which of them a run is asked for.

use std::path::PathBuf;

use crate::{config::Config, error::BuildError};

/// A step. Each needs what the ones before it made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Sources to catalogue and interactions.
    Fetch,
    /// Catalogue to features.
    Features,
    /// Features to neighbour lists.
    Similarities,
    /// Interactions to what a model learns of them.
    Train,
    /// Ratings to the model that predicts them.
    Ratings,
    /// All of it to a pack.
    Pack,
}

impl Step {
    /// All steps, in their order.
    pub const ALL: [Step; 6] = [
        Step::Fetch,
        Step::Features,
        Step::Similarities,
        Step::Train,
        Step::Ratings,
        Step::Pack,
    ];

    /// The steps that a configuration has work for: all, or all but that of the ratings.
    pub fn of(config: &Config) -> Vec<Step> {
        let has_work = |step: &Step| *step != Step::Ratings || !config.ratings.sources.is_empty();
        Step::ALL.into_iter().filter(has_work).collect()
    }

    /// The name that `--steps` takes.
    pub fn name(self) -> &'static str {
        match self {
            Step::Fetch => "fetch",
            Step::Features => "features",
            Step::Similarities => "similarities",
            Step::Train => "train",
            Step::Ratings => "ratings",
            Step::Pack => "pack",
        }
    }

    /// Reads a list with commas. The order in the list does not matter.
    ///
    /// # Errors
    /// [`BuildError::Usage`] names what is not a step.
    pub fn parse_list(list: &str) -> Result<Vec<Step>, BuildError> {
        let mut steps = Vec::new();
        for name in list.split(',').map(str::trim) {
            let Some(step) = Step::ALL.into_iter().find(|step| step.name() == name) else {
                let reason = format!(
                    "--steps: {name:?} is not a step; the steps are {}",
                    Step::names(&Step::ALL)
                );
                return Err(BuildError::Usage { reason });
            };
            if !steps.contains(&step) {
                steps.push(step);
            }
        }
        steps.sort_unstable();
        Ok(steps)
    }

    /// The names with commas between them.
    pub fn names(steps: &[Step]) -> String {
        steps.iter().map(|step| step.name()).collect::<Vec<_>>().join(",")
    }
}

/// What a run is to do, and where. None of it is in the pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Folder of the pack.
    pub out: PathBuf,
    /// Folder of the steps' results.
    pub work: PathBuf,
    /// The steps to run, in their order; at least one.
    pub steps: Vec<Step>,
    /// Whether the results that tell of people stay in the work folder after a build; else they are removed.
    pub keeps_people: bool,
    /// Folder for what is known of people, which is private; `None`: it is not kept.
    pub users_out: Option<PathBuf>,
}

impl Plan {
    /// All steps, with the work folder beside the pack: `<out>.work`.
    pub fn new(out: PathBuf) -> Plan {
        let mut name = out.file_name().unwrap_or_default().to_os_string();
        name.push(".work");
        Plan {
            work: out.with_file_name(name),
            out,
            steps: Step::ALL.to_vec(),
            keeps_people: false,
            users_out: None,
        }
    }

    /// The last step to run.
    pub fn last(&self) -> Step {
        self.steps.last().copied().unwrap_or(Step::Pack)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_read_in_any_order_and_run_in_their_own() {
        assert_eq!(
            Step::parse_list("pack, features").unwrap(),
            [Step::Features, Step::Pack]
        );
        let message = Step::parse_list("pack,learn").unwrap_err().to_string();
        assert_eq!(
            message,
            "--steps: \"learn\" is not a step; the steps are fetch,features,similarities,train,ratings,pack"
        );
        assert!(Step::parse_list("").is_err());
    }

    #[test]
    fn the_work_folder_lies_beside_the_pack() {
        assert_eq!(Plan::new("a/pack/".into()).work, PathBuf::from("a/pack.work"));
    }
}
