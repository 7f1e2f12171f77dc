//! `aftershow render`: lists of similar titles as HTML, one to stdout or all of them to a folder.

use std::{collections::HashMap, fmt, fs, path::Path};

use aftershow_core::{Answer, ItemIx, Outcome, Part, Wording, kernel::Features, pack::layout::kind};
use aftershow_render::{Place, component, list};
use rayon::prelude::*;

use crate::{
    error::BuildError,
    open::PackDir,
    progress::Progress,
    report::size,
    scratch,
    similar::{Question, Subject},
};

/// Longest name of a file in bytes, by what file systems commonly take.
const LONGEST_NAME: usize = 255;

/// What to do.
#[derive(Clone, Debug)]
pub struct Render<'r> {
    /// Of which titles.
    pub which: Which<'r>,
    /// What is asked of each.
    pub question: Question,
    /// Where the list stands.
    pub place: Place<'r>,
    /// The sentences of reasons.
    pub wording: Wording,
}

/// Which lists.
#[derive(Clone, Copy, Debug)]
pub enum Which<'r> {
    /// That of the title with this id.
    One(&'r str),
    /// Those of all titles, into this folder.
    All(&'r Path),
}

/// What was done.
#[derive(Debug)]
pub enum Rendered {
    /// The list.
    One(String),
    /// Files were written.
    All {
        /// How many.
        files: usize,
        /// Their bytes.
        bytes: u64,
    },
}

impl fmt::Display for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rendered::One(html) => f.write_str(html),
            Rendered::All { files, bytes } => writeln!(f, "{files} lists, {}", size(*bytes)),
        }
    }
}

/// Makes the lists.
///
/// # Errors
/// [`BuildError::Query`] for an unknown id or a knob out of range, [`BuildError::Pack`] for a damaged pack,
/// [`BuildError::Write`] for a file that can't be written; those before it are there.
pub fn render(pack: &mut PackDir, render: &Render<'_>, progress: &Progress) -> Result<Rendered, BuildError> {
    match render.which {
        Which::One(id) => {
            let query = render.question.about(&Subject::Item(id.to_owned()));
            let answer = pack.answer(&query)?;
            Ok(Rendered::One(list(&answer, &query, &render.place, &render.wording)))
        }
        Which::All(out) => all(pack, render, out, progress),
    }
}

fn all(pack: &mut PackDir, render: &Render<'_>, out: &Path, progress: &Progress) -> Result<Rendered, BuildError> {
    pack.attach_resident()?;
    let part = pack.container(Part::Features, kind::FEATURES)?;
    let items = Features::open(&part)?.items;
    fs::create_dir_all(out).map_err(|error| BuildError::write(out, error))?;
    let ids: Vec<String> = (0..items.len())
        .map(|row| items.id(ItemIx(row as u32)).to_string())
        .collect();
    let names = names(&ids)?;
    let stage = progress.stage("render", items.len() as u64);
    let pack = &*pack;
    let write = |row: usize| -> Result<u64, BuildError> {
        let html = html(pack, render, &ids[row])?;
        scratch::write_file(&out.join(&names[row]), html.as_bytes())?;
        stage.inc(1);
        Ok(html.len() as u64)
    };
    let bytes = (0..items.len())
        .into_par_iter()
        .map(write)
        .sum::<Result<u64, BuildError>>()?;
    Ok(Rendered::All {
        files: items.len(),
        bytes,
    })
}

/// The names of the titles' files: right on any disk, those included that take capitals for small letters.
fn names(ids: &[String]) -> Result<Vec<String>, BuildError> {
    let usage = |reason| Err(BuildError::Usage { reason });
    let mut known = HashMap::new();
    let mut names = Vec::with_capacity(ids.len());
    for id in ids {
        let name = format!("{}.html", component(id).replace('*', "%2A"));
        if name.len() > LONGEST_NAME {
            return usage(format!(
                "--all: the id {id} is too long for the name of a file; render that title by itself"
            ));
        }
        if let Some(other) = known.insert(name.to_lowercase(), id) {
            return usage(format!(
                "--all: the ids {other} and {id} differ in capitals only, and their files would be one on many disks; render those \
                 titles one by one"
            ));
        }
        names.push(name);
    }
    Ok(names)
}

/// The list of a title, by what is attached of the pack.
fn html(pack: &PackDir, render: &Render<'_>, id: &str) -> Result<String, BuildError> {
    let query = render.question.about(&Subject::Item(id.to_owned()));
    let answer: Answer = match pack.engine().answer(&query)? {
        Outcome::Answer(answer) => answer,
        Outcome::NeedParts(_) => {
            return Err(BuildError::Pack {
                code: "pack",
                place: pack.dir().display().to_string(),
                reason: "the parts do not fit together; rebuild the pack".to_owned(),
            });
        }
    };
    Ok(list(&answer, &query, &render.place, &render.wording))
}
