//! Links between the project's documents: each must lead to a file that is there.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use crate::parts::sorted;

/// The links that lead nowhere, as `document: link`.
pub fn broken(root: &Path) -> Result<Vec<String>> {
    // These two a newcomer reads first; a project without them is not finished.
    for needed in ["README.md", "ARCHITECTURE.md"] {
        fs::metadata(root.join(needed)).with_context(|| format!("{needed} is missing"))?;
    }
    let mut broken = Vec::new();
    look_in(root, root, &mut broken)?;
    Ok(broken)
}

fn look_in(root: &Path, folder: &Path, broken: &mut Vec<String>) -> Result<()> {
    for path in sorted(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            if !(name.starts_with('.') || ["target", "node_modules", "dist", "pkg", "build"].contains(&&*name)) {
                look_in(root, &path, broken)?;
            }
        } else if name.ends_with(".md") {
            let text = fs::read_to_string(&path)?;
            let missing = targets(&text).filter(|target| !folder.join(target).exists());
            let document = path.strip_prefix(root).unwrap_or(&path).display();
            broken.extend(missing.map(|target| format!("{document}: {target}")));
        }
    }
    Ok(())
}

/// The files that a Markdown text links to: `](target)`, without an anchor; addresses of other hosts are not looked at.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    // Code in fences and backticks shows links rather than being one.
    let prose = text.split("```").step_by(2).flat_map(|part| part.split('`').step_by(2));
    let links = prose
        .flat_map(|part| part.split("](").skip(1))
        .filter_map(|rest| rest.split(')').next());
    let files = links.map(|link| link.split(['#', ' ']).next().unwrap_or_default());
    files.filter(|file| !file.is_empty() && !file.contains("://") && !file.starts_with("mailto:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_to_files_are_looked_at() {
        let text = "[a](core/src) [b](https://x.y/z) [c](#here) [d](README.md#first \"title\") ![e](p.png)\n`[f](not/this)`\n```\n[g](nor/this)\n```\n[h](last.md)";
        assert_eq!(
            targets(text).collect::<Vec<_>>(),
            ["core/src", "README.md", "p.png", "last.md"]
        );
    }
}
