//! Reads test counts from what test runners print.

use std::ops::AddAssign;

use anyhow::{Result, bail};

/// Numbers of tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// They ran and found what they expect.
    pub passed: usize,
    /// They found something else, or broke.
    pub failed: usize,
    /// They did not run, and say why.
    pub skipped: usize,
}

impl Counts {
    /// One check that passed.
    pub const ONE: Counts = Counts {
        passed: 1,
        failed: 0,
        skipped: 0,
    };

    /// Refuses a suite in which nothing ran: it would be green whatever is broken.
    pub fn not_empty(self) -> Result<Counts> {
        if self.passed + self.failed == 0 {
            bail!("the suite ran 0 tests");
        }
        Ok(self)
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// Reads what `cargo test -- --show-output` prints. A test that returns early because something is absent prints a
/// line that begins with `skipped:`, and counts as skipped.
///
/// # Errors
/// A file of tests in which nothing ran.
pub fn cargo_test(output: &str) -> Result<Counts> {
    let mut counts = Counts::default();
    let mut suite = "";
    let (mut in_a_test, mut said_skipped, mut early) = (false, false, 0);
    for line in output.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("Running ") {
            (suite, in_a_test) = (name, false);
        } else if line.starts_with("Doc-tests ") {
            (suite, in_a_test) = (line, false);
        } else if line.starts_with("---- ") && line.ends_with(" stdout ----") {
            (in_a_test, said_skipped) = (true, false);
        } else if in_a_test && line.starts_with("skipped:") && !said_skipped {
            said_skipped = true;
            early += 1;
        } else if let Some(result) = line.strip_prefix("test result: ") {
            in_a_test = false;
            let number = |what: &str| -> usize {
                let before = result.split(what).next().unwrap_or_default();
                before
                    .trim()
                    .rsplit([' ', '.'])
                    .next()
                    .and_then(|number| number.parse().ok())
                    .unwrap_or_default()
            };
            let (passed, failed, ignored) = (number(" passed"), number(" failed"), number(" ignored"));
            if passed + failed + ignored == 0 && is_test_file(suite) {
                bail!("the suite {suite} ran 0 tests");
            }
            counts += Counts {
                passed: passed.saturating_sub(early),
                failed,
                skipped: ignored + early,
            };
            early = 0;
        }
    }
    Ok(counts)
}

/// Whether a suite is a file of tests, which has at least one. A crate may have no unit tests, and no examples to run.
fn is_test_file(suite: &str) -> bool {
    !(suite.starts_with("unittests ") || suite.starts_with("Doc-tests "))
}

/// Reads what `node --test --test-reporter=tap` prints at its end.
pub fn node_test(output: &str) -> Counts {
    let number = |what: &str| -> usize {
        let last = output
            .lines()
            .rev()
            .find_map(|line| line.strip_prefix(what)?.trim().parse().ok());
        last.unwrap_or_default()
    };
    Counts {
        passed: number("# pass "),
        failed: number("# fail ") + number("# cancelled "),
        skipped: number("# skipped ") + number("# todo "),
    }
}

/// The lines that say what was skipped, each once.
pub fn skipped_lines(output: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = Vec::new();
    for line in output.lines().map(str::trim) {
        let said = line.starts_with("skipped:") || (line.starts_with("ok ") && line.contains("# SKIP"));
        if said && !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_all_crates_and_doc_tests_are_summed() {
        let output = "
     Running unittests src/lib.rs (target/debug/deps/a-1)
test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s
     Running tests/rejects.rs (target/debug/deps/rejects-1)
test result: FAILED. 12 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
   Doc-tests aftershow_core
test result: ok. 4 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s";
        assert_eq!(
            cargo_test(output).unwrap(),
            Counts {
                passed: 19,
                failed: 2,
                skipped: 1
            }
        );
    }

    #[test]
    fn a_test_that_says_skipped_does_not_count_as_passed() {
        let output = "
     Running tests/large.rs (target/debug/deps/large-1)
test one ... ok
successes:

---- one stdout ----
skipped: no data at catalog-80k
skipped: and no other either

---- two stdout ----
all well

successes:
    one
test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s";
        assert_eq!(
            cargo_test(output).unwrap(),
            Counts {
                passed: 1,
                failed: 0,
                skipped: 1
            }
        );
        assert_eq!(skipped_lines(output).len(), 2);
    }

    #[test]
    fn a_test_file_without_tests_is_an_error() {
        let output = "
     Running unittests src/lib.rs (target/debug/deps/a-1)
test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
     Running gone.rs (target/debug/deps/gone-1)
test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s";
        assert!(cargo_test(output).unwrap_err().to_string().contains("gone.rs"));
    }

    #[test]
    fn the_summary_of_node_is_read_and_cancelled_tests_have_failed() {
        let output = "ok 1 - x\n# tests 9\n# suites 0\n# pass 5\n# fail 1\n# cancelled 1\n# skipped 2\n# todo 0\n";
        assert_eq!(
            node_test(output),
            Counts {
                passed: 5,
                failed: 2,
                skipped: 2
            }
        );
        assert!(node_test("nothing").not_empty().is_err());
    }
}
