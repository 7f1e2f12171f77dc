//! The flags of `render`.

use std::{fs, path::PathBuf};

use aftershow_core::Wording;
use aftershow_render::{Layout, Place};
use clap::Args;

use super::LikeArgs;
use crate::{
    error::BuildError,
    render::{Render, Which},
};

const EXAMPLES: &str = "\
Examples:
  aftershow render pack 169 --href '/shows/{id}' > similar.html
  aftershow render pack 169 --layout row -n 6 --filter '{\"year\": {\"min\": 2015}}'
  aftershow render pack --all --out lists --href '/shows/{id}'

The HTML is an <aftershow-list> with a declarative shadow root: it shows without JavaScript, and where the page loads
aftershow/element, that takes the list over without a jump.";

/// Flags of `render`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct RenderArgs {
    /// Folder of the pack
    pub dir: PathBuf,
    /// Id of the title, as the catalogue has it; its list goes to stdout
    #[arg(allow_hyphen_values = true, required_unless_present = "all")]
    pub id: Option<String>,
    /// The lists of all titles, each a file ID.html of --out, the id percent-encoded
    #[arg(long, requires = "out", conflicts_with = "id")]
    pub all: bool,
    /// Folder for --all; files that are there already are replaced one by one
    #[arg(long, value_name = "DIR", requires = "all")]
    pub out: Option<PathBuf>,
    /// Address of the pack's folder on the site, for the element
    #[arg(long, value_name = "URL", default_value = Place::SRC)]
    pub src: String,
    /// Where a card leads, with {id} for its id [default: the title's own page, if the pack knows one]
    #[arg(long, value_name = "URL")]
    pub href: Option<String>,
    /// How cards lie: grid, row or list
    #[arg(long, value_name = "NAME", default_value = "grid")]
    pub layout: Layout,
    /// What the list is called by a screen reader, until the element takes over with its own words
    #[arg(long, value_name = "TEXT", default_value = Place::LABEL)]
    pub label: String,
    /// The sentences of reasons, as a JSON file: {"genres": "Both are {names}", …}; English where it has none. With the element on
    /// the page, give the same words to its translate()
    #[arg(long, value_name = "FILE")]
    pub wording: Option<PathBuf>,
    /// Say no reasons
    #[arg(long)]
    pub no_reasons: bool,
    /// What the answer should be like
    #[command(flatten)]
    pub like: LikeArgs,
    /// Show no progress
    #[arg(short, long)]
    pub quiet: bool,
}

impl RenderArgs {
    /// What is asked for.
    ///
    /// # Errors
    /// [`BuildError::Usage`] names the flag and what is wrong with it, [`BuildError::Input`] a file that can't be read.
    pub fn render(&self) -> Result<Render<'_>, BuildError> {
        let place = Place {
            src: &self.src,
            href: self.href.as_deref(),
            layout: self.layout,
            label: &self.label,
            filter: self.like.order.filter.as_deref(),
            rerank: self.like.order.rerank.as_deref(),
        };
        place.check().map_err(|error| BuildError::Usage {
            reason: format!("--{error}"),
        })?;
        Ok(Render {
            which: match (&self.id, &self.out) {
                (Some(_), Some(_)) => {
                    return Err(BuildError::Usage {
                        reason: "--out is for --all; the list of one title goes to stdout".to_owned(),
                    });
                }
                (Some(id), None) => Which::One(id),
                (None, Some(out)) => Which::All(out),
                (None, None) => {
                    return Err(BuildError::Usage {
                        reason: "name a title, or --all with --out DIR".to_owned(),
                    });
                }
            },
            question: self.like.question(!self.no_reasons)?,
            place,
            wording: self.wording()?,
        })
    }

    fn wording(&self) -> Result<Wording, BuildError> {
        let Some(file) = &self.wording else {
            return Ok(Wording::english());
        };
        let json = fs::read(file).map_err(|error| BuildError::read(file, &error))?;
        let input = |error: serde_json::Error| BuildError::Input {
            place: file.display().to_string(),
            reason: format!("{error}; the sentences are those of `wording` in the npm package's types"),
        };
        let own: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&json).map_err(input)?;
        let mut words = serde_json::to_value(Wording::english())?;
        for (name, sentence) in own {
            words[&name] = sentence;
        }
        serde_json::from_value(words).map_err(input)
    }
}
