//! A file line by line, inflated if it is gzipped: no more of it in memory than the line at hand.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

use flate2::read::MultiGzDecoder;

use crate::error::BuildError;

/// No line is longer. A user with all of a million items has a line of some 8 MB.
const MAX_LINE: u64 = 64 << 20;
/// No file is larger, inflated.
const MAX_INPUT: u64 = 64 << 30;

/// The lines of a file that are not blank.
pub struct Lines<'a> {
    name: String,
    from: Box<dyn BufRead + 'a>,
    gzipped: bool,
    buffer: Vec<u8>,
    line: u64,
    bytes: u64,
    max_line: u64,
}

/// A line, without its end.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// Number of the line, from 1.
    pub number: u64,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// Whether the file ends in the middle of it: no line end follows.
    pub is_open: bool,
}

impl<'a> Lines<'a> {
    /// Opens a file; `name` is for messages.
    ///
    /// # Errors
    /// [`BuildError::Input`].
    pub fn open(name: &str, path: &Path) -> Result<Lines<'a>, BuildError> {
        let failed = |e: io::Error| BuildError::read(path, &e);
        Lines::new(
            name,
            BufReader::with_capacity(1 << 16, File::open(path).map_err(failed)?),
        )
        .map_err(|e| Lines::failed(name, 1, &e))
    }

    /// The lines of bytes in memory.
    ///
    /// # Errors
    /// [`BuildError::Input`].
    pub fn of(name: &str, bytes: &'a [u8]) -> Result<Lines<'a>, BuildError> {
        Lines::new(name, bytes).map_err(|e| Lines::failed(name, 1, &e))
    }

    fn new(name: &str, mut from: impl BufRead + 'a) -> io::Result<Lines<'a>> {
        let gzipped = from.fill_buf()?.starts_with(&[0x1f, 0x8b]);
        let from: Box<dyn BufRead + 'a> = if gzipped {
            Box::new(BufReader::with_capacity(1 << 18, MultiGzDecoder::new(from)))
        } else {
            Box::new(from)
        };
        Ok(Lines {
            name: name.to_owned(),
            from,
            gzipped,
            buffer: Vec::new(),
            line: 0,
            bytes: 0,
            max_line: MAX_LINE,
        })
    }

    /// The name for messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first line that is not blank, or as much of it as is at hand. [`Lines::advance`] tells it again.
    ///
    /// # Errors
    /// As [`Lines::advance`].
    pub fn peek(&mut self) -> Result<&[u8], BuildError> {
        let start = match self.from.fill_buf() {
            Ok(start) => start,
            Err(e) => return Err(Lines::failed(&self.name, 1, &e)),
        };
        let start = start.trim_ascii_start();
        Ok(start.split(|b| *b == b'\n').next().unwrap_or_default())
    }

    /// The next line that is not blank; `None` at the end.
    ///
    /// # Errors
    /// [`BuildError::Input`] names file and line.
    pub fn advance(&mut self) -> Result<Option<Line<'_>>, BuildError> {
        loop {
            self.buffer.clear();
            let mut limited = self.from.by_ref().take(self.max_line + 1);
            let read = limited.read_until(b'\n', &mut self.buffer);
            self.line += 1;
            let read = match read {
                Ok(read) => read as u64,
                Err(_) if self.gzipped => {
                    let reason = "the gzip data are damaged or cut off; fetch or compress the file again";
                    return Err(self.refuse(reason.to_owned()));
                }
                Err(e) => return Err(Lines::failed(&self.name, self.line, &e)),
            };
            if read == 0 && self.bytes == 0 {
                return Err(BuildError::Input {
                    place: self.name.clone(),
                    reason: "the file is empty".to_owned(),
                });
            }
            if read == 0 {
                return Ok(None);
            }
            self.bytes += read;
            if read > self.max_line {
                return Err(self.refuse(format!("the line is longer than {} bytes", self.max_line)));
            }
            if self.bytes > MAX_INPUT {
                return Err(self.refuse(format!(
                    "it is larger than {MAX_INPUT} bytes inflated; split it into several files"
                )));
            }
            if self.line == 1 {
                if self.buffer.starts_with(&[0xff, 0xfe]) || self.buffer.starts_with(&[0xfe, 0xff]) {
                    return Err(self.refuse("the text is UTF-16; save it as UTF-8".to_owned()));
                }
                if self.buffer.starts_with(b"\xef\xbb\xbf") {
                    self.buffer.drain(..3);
                }
            }
            if !self.buffer.iter().all(u8::is_ascii_whitespace) {
                break;
            }
        }
        let is_open = self.buffer.last() != Some(&b'\n');
        let length = self.buffer.trim_ascii_end().len();
        Ok(Some(Line {
            number: self.line,
            bytes: &self.buffer[..length],
            is_open,
        }))
    }

    fn refuse(&self, reason: String) -> BuildError {
        BuildError::Input {
            place: format!("{}, line {}", self.name, self.line),
            reason,
        }
    }

    fn failed(name: &str, line: u64, error: &io::Error) -> BuildError {
        BuildError::Input {
            place: format!("{name}, line {line}"),
            reason: error.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn all(bytes: &[u8]) -> Result<Vec<(u64, String)>, BuildError> {
        let mut lines = Lines::of("a.txt", bytes)?;
        lines.max_line = 100;
        let mut all = Vec::new();
        while let Some(line) = lines.advance()? {
            all.push((line.number, String::from_utf8_lossy(line.bytes).into_owned()));
        }
        Ok(all)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut out = GzEncoder::new(Vec::new(), Compression::fast());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    }

    #[test]
    fn lines_are_numbered_blank_ones_too_and_gzipped_files_read_alike() {
        let text = b"\xef\xbb\xbfone\r\n\n  \ntwo";
        let expected = vec![(1, "one".to_owned()), (4, "two".to_owned())];
        assert_eq!(all(text).unwrap(), expected);
        assert_eq!(all(&gzip(text)).unwrap(), expected);
        assert_eq!(all(&[gzip(b"one\n"), gzip(b"\n\ntwo\n")].concat()).unwrap(), expected);
    }

    #[test]
    fn cut_off_gzip_long_lines_utf_16_and_empty_files_are_errors_with_their_place() {
        let whole = gzip(b"one\ntwo\n");
        for (bytes, what) in [
            (&whole[..whole.len() - 6], "cut off"),
            (&[b'x'; 101][..], "longer than 100 bytes"),
            (b"\xff\xfeo\0", "UTF-16"),
            (b"", "empty"),
        ] {
            let message = all(bytes).unwrap_err().to_string();
            assert!(message.starts_with("a.txt") && message.contains(what), "{message}");
        }
    }
}
