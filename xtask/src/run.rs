//! Starts other programs: says what it starts, keeps or shows what they print, and leaves none of them running.

use std::{
    io::{self, Read, Write},
    os::{fd::AsFd, unix::process::CommandExt},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};

/// A single program that runs longer than this hangs.
pub const HANGS_AFTER: Duration = Duration::from_secs(30 * 60);
const POLL: Duration = Duration::from_millis(20);

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Makes Ctrl-C (and a polite kill) end what was started before it ends us.
pub fn catch_ctrl_c() -> Result<()> {
    ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::SeqCst)).context("Ctrl-C can't be caught")
}

/// Whether Ctrl-C was pressed.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// What becomes of the lines that programs print.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// Straight to our standard error; standard output is for results.
    Show,
    /// Kept, for the caller to show if the program fails.
    Keep,
    /// Both.
    ShowAndKeep,
}

/// Runs programs one after another.
pub struct Runner {
    root: PathBuf,
    lines: Lines,
    say: fn(&str),
    log: String,
}

/// How a program ended.
pub struct Finished {
    /// Its exit status.
    pub status: ExitStatus,
    /// What it printed, if it was kept.
    pub output: String,
}

impl Runner {
    /// A runner that shows everything on standard error.
    pub fn showing(root: PathBuf) -> Runner {
        Runner {
            root,
            lines: Lines::Show,
            say: |text| eprintln!("{text}"),
            log: String::new(),
        }
    }

    /// A runner that keeps what programs print, and says on standard output what it runs.
    pub fn keeping(root: PathBuf, lines: Lines) -> Runner {
        Runner {
            root,
            lines,
            say: |text| println!("{text}"),
            log: String::new(),
        }
    }

    /// Tells the user something.
    pub fn say(&mut self, text: &str) {
        (self.say)(&format!("  {text}"));
        self.log += &format!("{text}\n");
    }

    /// All that was said and printed so far.
    pub fn log(&self) -> &str {
        &self.log
    }

    /// Runs a program; its failure is an error.
    pub fn run(&mut self, command: &mut Command) -> Result<String> {
        let finished = self.try_run(command)?;
        if !finished.status.success() {
            bail!("`{}` ended with {}", self.words(command), finished.status);
        }
        Ok(finished.output)
    }

    /// Runs a program to its end, whatever that is.
    pub fn try_run(&mut self, command: &mut Command) -> Result<Finished> {
        let words = self.words(command);
        self.say(&format!("$ {words}"));
        let kept = match self.lines {
            Lines::Show => {
                show(command)?;
                None
            }
            Lines::Keep => Some(keep(command, false)?),
            Lines::ShowAndKeep => Some(keep(command, true)?),
        };
        let mut program = Program::start(command)?;
        // Our own copy of the pipe's writing end must go, or its reader never sees the end.
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let ended = program.wait(HANGS_AFTER);
        drop(program);
        let output = kept.map(Kept::take).unwrap_or_default();
        self.log += &output;
        Ok(Finished {
            status: ended.with_context(|| format!("`{words}`"))?,
            output,
        })
    }

    /// Runs a program for what it prints, which is shown only if it fails.
    pub fn read(&mut self, command: &mut Command) -> Result<String> {
        let lines = std::mem::replace(&mut self.lines, Lines::Keep);
        let finished = self.try_run(command);
        self.lines = lines;
        let Finished { status, output } = finished?;
        if !status.success() {
            if lines == Lines::Show {
                eprint!("{output}");
            }
            bail!("`{}` ended with {status}", self.words(command));
        }
        Ok(output)
    }

    /// A command as one would type it at the root.
    fn words(&self, command: &Command) -> String {
        let root = format!("{}/", self.root.display());
        let short = |text: &std::ffi::OsStr| {
            let text = text.to_string_lossy().replace(&root, "");
            if text.is_empty() || text.contains([' ', '"', '*', '&', '$']) {
                format!("'{text}'")
            } else {
                text
            }
        };
        let mut words = String::new();
        if let Some(folder) = command.get_current_dir().filter(|folder| *folder != self.root) {
            words += &format!("cd {} && ", short(folder.as_os_str()));
        }
        for (name, value) in command.get_envs() {
            if let (false, Some(value)) = (name == "PATH", value) {
                words += &format!("{}={} ", name.to_string_lossy(), short(value));
            }
        }
        let name = command.get_program();
        let name = if name == crate::project::cargo() {
            "cargo".as_ref()
        } else {
            name
        };
        words += &short(name);
        for argument in command.get_args() {
            words += &format!(" {}", short(argument));
        }
        words
    }
}

/// A running program and all that it starts. Dropping it ends them.
pub struct Program {
    child: Child,
    group: Pid,
    reaped: bool,
}

impl Program {
    /// Starts a program in a process group of its own, without an input.
    pub fn start(command: &mut Command) -> Result<Program> {
        let child = command
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()
            .with_context(|| format!("{} does not start", command.get_program().to_string_lossy()))?;
        let group = Pid::from_raw(child.id() as i32);
        Ok(Program {
            child,
            group,
            reaped: false,
        })
    }

    /// The exit status, once it has ended.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        let status = self.child.try_wait()?;
        self.reaped |= status.is_some();
        Ok(status)
    }

    /// Waits for the end, for Ctrl-C or for the time to be up.
    pub fn wait(&mut self, limit: Duration) -> Result<ExitStatus> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.ended()? {
                return Ok(status);
            }
            if interrupted() {
                bail!("interrupted");
            }
            if start.elapsed() > limit {
                bail!("did not end within {} s and was stopped", limit.as_secs());
            }
            thread::sleep(POLL);
        }
    }

    fn group_lives(&self) -> bool {
        killpg(self.group, None).is_ok()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // First politely: a server closes its children and its files.
        let _ = killpg(self.group, Signal::SIGTERM);
        let start = Instant::now();
        while self.group_lives() && start.elapsed() < Duration::from_secs(5) {
            // Reaped as soon as it ends, since a zombie still counts as a member of its group.
            let _ = self.ended();
            thread::sleep(POLL);
        }
        let _ = killpg(self.group, Signal::SIGKILL);
        if !self.reaped {
            let _ = self.child.wait();
        }
    }
}

/// The lines of a program, on their way.
pub struct Kept {
    text: Arc<Mutex<Vec<u8>>>,
    reader: thread::JoinHandle<()>,
}

/// Sends both outputs of a program to our standard error: standard output is for results.
pub fn show(command: &mut Command) -> Result<()> {
    let ours = io::stderr().as_fd().try_clone_to_owned()?;
    command.stdout(ours.try_clone()?).stderr(ours);
    Ok(())
}

/// Sends both outputs of a program into one buffer, in the order they come.
pub fn keep(command: &mut Command, show: bool) -> Result<Kept> {
    let (mut reader, writer) = io::pipe()?;
    command.stdout(writer.try_clone()?).stderr(writer);
    let text = Arc::new(Mutex::new(Vec::new()));
    let buffer = Arc::clone(&text);
    let reader = thread::spawn(move || {
        let mut chunk = [0; 16 << 10];
        while let Ok(count @ 1..) = reader.read(&mut chunk) {
            let _ = buffer.lock().map(|mut text| text.write_all(&chunk[..count]));
            if show {
                let _ = io::stderr().write_all(&chunk[..count]);
            }
        }
    });
    Ok(Kept { text, reader })
}

impl Kept {
    /// What has come by now.
    pub fn so_far(&self) -> String {
        self.text
            .lock()
            .map(|text| String::from_utf8_lossy(&text).into_owned())
            .unwrap_or_default()
    }

    /// Everything, once the program has ended.
    pub fn take(self) -> String {
        // A stray grandchild with a group of its own may hold the pipe: it isn't worth waiting for.
        let start = Instant::now();
        while !self.reader.is_finished() && start.elapsed() < Duration::from_secs(2) {
            thread::sleep(POLL);
        }
        self.so_far()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn both_outputs_are_kept_in_the_order_they_come() {
        let mut runner = Runner::keeping("/".into(), Lines::Keep);
        let output = runner.run(&mut shell("echo one; echo two >&2; echo three")).unwrap();
        assert_eq!(output, "one\ntwo\nthree\n");
    }

    #[test]
    fn a_program_that_fails_is_an_error_with_its_command() {
        let mut runner = Runner::keeping("/".into(), Lines::Keep);
        let error = runner.run(&mut shell("exit 3")).unwrap_err().to_string();
        assert!(error.contains("sh -c 'exit 3'") && error.contains('3'), "{error}");
    }

    #[test]
    fn what_a_program_leaves_behind_is_ended_with_it() {
        let mut runner = Runner::keeping("/".into(), Lines::Keep);
        let output = runner.run(&mut shell("sleep 600 & echo $!")).unwrap();
        let left = Pid::from_raw(output.trim().parse().unwrap());
        // Its new parent reaps it a moment later.
        let start = Instant::now();
        while nix::sys::signal::kill(left, None).is_ok() && start.elapsed() < Duration::from_secs(10) {
            let stat = std::fs::read_to_string(format!("/proc/{left}/stat")).unwrap_or_default();
            if stat.contains(") Z") {
                return;
            }
            thread::sleep(POLL);
        }
        assert!(nix::sys::signal::kill(left, None).is_err(), "process {left} still runs");
    }

    #[test]
    fn a_program_that_hangs_is_stopped() {
        let mut program = Program::start(&mut shell("sleep 600")).unwrap();
        let error = program.wait(Duration::from_millis(100)).unwrap_err();
        assert!(error.to_string().contains("did not end"), "{error}");
    }
}
