//! The pack's files, from the static assets that are deployed with the Worker.

use aftershow_core::{OpenError, PartFile};
use worker::{Env, Fetcher};

use crate::inflate::inflate;

/// Why the pack, or what is kept of people, could not be read. For the log alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// A stable code: one of core's, or one of those below.
    pub code: &'static str,
    /// The file, if one is to blame and it is one of the pack.
    pub file: String,
    /// What could not be read.
    pub store: Store,
}

/// What files are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// The pack, among the assets.
    Pack,
    /// Known people, in the bucket.
    People,
}

impl Fault {
    /// A fault of the pack, and the file that is to blame.
    pub fn new(code: &'static str, file: &str) -> Fault {
        Fault {
            code,
            file: file.into(),
            store: Store::Pack,
        }
    }

    /// A fault of what is kept of people.
    pub fn of_people(code: &'static str) -> Fault {
        // The log is told no file: which one was asked for says something of who was asked about.
        Fault {
            store: Store::People,
            ..Fault::new(code, "")
        }
    }

    /// A file that core refused.
    pub fn refused(error: &OpenError, file: &str) -> Fault {
        Fault::new(error.code(), file)
    }
}

/// The folder of the pack among the assets.
pub struct Files {
    assets: Fetcher,
    /// Begins and ends with a slash.
    folder: String,
}

impl Files {
    /// The binding `ASSETS`, and the folder that the variable `PACK_PATH` names (by default `/pack/`).
    pub fn of(env: &Env) -> Result<Files, Fault> {
        let assets = env
            .assets("ASSETS")
            .map_err(|_| Fault::new("assets_binding_missing", ""))?;
        let path = env.var("PACK_PATH").map(|path| path.to_string()).unwrap_or_default();
        let folder = match path.trim_matches('/') {
            "" if path.is_empty() => "/pack/".into(),
            "" => "/".into(),
            inner => format!("/{inner}/"),
        };
        Ok(Files { assets, folder })
    }

    /// A file, as it is stored.
    pub async fn get(&self, file: &str) -> Result<Vec<u8>, Fault> {
        // The binding looks at the path only; the host is there to make it a URL.
        let url = format!("https://assets.invalid{}{file}", self.folder);
        let mut response = self
            .assets
            .fetch(url, None)
            .await
            .map_err(|_| Fault::new("pack_fetch", file))?;
        if response.status_code() != 200 {
            return Err(Fault::new("pack_file_missing", file));
        }
        response.bytes().await.map_err(|_| Fault::new("pack_fetch", file))
    }

    /// A part: the bytes to attach, and how many were read for them.
    pub async fn part(&self, part: &PartFile) -> Result<(Vec<u8>, usize), Fault> {
        let stored = self.get(&part.file).await?;
        let read = stored.len();
        let bytes = if part.deflated {
            inflate(&stored).ok_or_else(|| Fault::new("pack_inflate", &part.file))?
        } else {
            stored
        };
        Ok((bytes, read))
    }
}
