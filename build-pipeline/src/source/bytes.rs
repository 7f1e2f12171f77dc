//! A file's bytes, inflated if they are gzipped, up to a limit.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use flate2::read::MultiGzDecoder;

use crate::error::BuildError;

/// No input is larger than this, inflated.
pub const MAX_INPUT: u64 = 4 << 30;

/// Reads a file whole; one that begins as gzip does is inflated. A byte order mark is left out.
///
/// # Errors
/// [`BuildError::Input`] names the file.
pub fn load(path: &Path) -> Result<Vec<u8>, BuildError> {
    load_up_to(path, MAX_INPUT)
}

fn load_up_to(path: &Path, limit: u64) -> Result<Vec<u8>, BuildError> {
    let refuse = |reason: String| BuildError::Input {
        place: path.display().to_string(),
        reason,
    };
    let mut file = File::open(path).map_err(|e| BuildError::read(path, &e))?;
    let mut start = Vec::new();
    file.by_ref()
        .take(2)
        .read_to_end(&mut start)
        .map_err(|e| BuildError::read(path, &e))?;
    let gzipped = start == [0x1f, 0x8b];
    let whole = io::Cursor::new(start).chain(file);
    let mut bytes = Vec::new();
    // One byte more than is allowed tells that there is more.
    let read = if gzipped {
        MultiGzDecoder::new(io::BufReader::new(whole))
            .take(limit + 1)
            .read_to_end(&mut bytes)
    } else {
        whole.take(limit + 1).read_to_end(&mut bytes)
    };
    match read {
        Err(e) if gzipped => {
            return Err(refuse(format!(
                "the gzip data are damaged or cut off ({e}); fetch or compress the file again"
            )));
        }
        Err(e) => return Err(BuildError::read(path, &e)),
        Ok(_) if bytes.len() as u64 > limit => {
            return Err(refuse(format!(
                "it is larger than {limit} bytes inflated; split it into several files"
            )));
        }
        Ok(_) => {}
    }
    match bytes {
        b if b.starts_with(&[0xff, 0xfe]) || b.starts_with(&[0xfe, 0xff]) => {
            Err(refuse("the text is UTF-16; save it as UTF-8".to_owned()))
        }
        mut b if b.starts_with(b"\xef\xbb\xbf") => {
            b.drain(..3);
            Ok(b)
        }
        b if b.iter().all(u8::is_ascii_whitespace) => Err(refuse("the file is empty".to_owned())),
        b => Ok(b),
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write};

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut out = GzEncoder::new(Vec::new(), Compression::fast());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    }

    fn loaded(bytes: &[u8], limit: u64) -> Result<Vec<u8>, BuildError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), bytes).unwrap();
        load_up_to(file.path(), limit)
    }

    #[test]
    fn plain_gzipped_and_marked_files_read_alike() {
        for bytes in [
            b"[1]".to_vec(),
            gzip(b"[1]"),
            b"\xef\xbb\xbf[1]".to_vec(),
            [gzip(b"["), gzip(b"1]")].concat(),
        ] {
            assert_eq!(loaded(&bytes, 100).unwrap(), b"[1]");
        }
    }

    #[test]
    fn what_inflates_beyond_the_limit_is_refused() {
        let zeros = vec![b'0'; 1 << 20];
        let message = loaded(&gzip(&zeros), 1000).unwrap_err().to_string();
        assert!(message.contains("larger than 1000 bytes"), "{message}");
        assert_eq!(loaded(&zeros[..1000], 1000).unwrap().len(), 1000);
    }

    #[test]
    fn cut_off_gzip_utf_16_and_empty_files_are_errors_that_name_the_file() {
        let whole = gzip(b"[1, 2, 3]");
        for (bytes, what) in [
            (&whole[..whole.len() - 6], "cut off"),
            (b"\xff\xfe[\0", "UTF-16"),
            (b" \n", "empty"),
        ] {
            let message = loaded(bytes, 100).unwrap_err().to_string();
            assert!(message.contains(what) && message.starts_with('/'), "{message}");
        }
    }
}
