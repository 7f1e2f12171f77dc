//! `cargo xtask test`: every check there is, in order, to the end.

mod long;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::{Result, bail};

use crate::{
    counts::{self, Counts},
    links, metrics, parts,
    project::{Project, cargo},
    run::{Lines, Runner, interrupted},
    set_up,
};

/// What to run.
#[derive(Default)]
pub struct Options {
    /// Only what needs neither wasm nor JavaScript.
    pub fast: bool,
    /// The long ones too.
    pub full: bool,
    /// Only these, and what they need.
    pub only: Vec<String>,
    /// Show what the programs print while they run.
    pub verbose: bool,
    /// Install Chromium if it is missing.
    pub install: bool,
}

/// A check. Later ones may need what earlier ones made.
struct Step {
    name: &'static str,
    about: &'static str,
    needs: &'static [&'static str],
    run: fn(&mut Scene<'_>) -> Result<Counts>,
}

/// What a check works with.
struct Scene<'a> {
    project: &'a Project,
    runner: Runner,
    install: bool,
}

/// How a check ended.
struct Ended {
    name: &'static str,
    counts: Counts,
    /// Whether what it makes is there for later steps.
    made: bool,
    seconds: f64,
    remark: String,
}

/// The checks that need neither wasm nor JavaScript.
const FAST: usize = 5;
/// The checks that run unless others are asked for; those after them take minutes.
const USUAL: usize = 19;
/// All of them, in order.
const STEPS: [Step; 21] = [
    Step {
        name: "fmt",
        about: "Rust is formatted",
        needs: &[],
        run: fmt,
    },
    Step {
        name: "clippy",
        about: "no warning in native code",
        needs: &[],
        run: clippy,
    },
    Step {
        name: "docs",
        about: "documentation builds, links in it resolve",
        needs: &[],
        run: docs,
    },
    Step {
        name: "links",
        about: "links between the project's documents exist",
        needs: &[],
        run: document_links,
    },
    Step {
        name: "native",
        about: "unit, property, golden and doc tests",
        needs: &[],
        run: native,
    },
    Step {
        name: "set-up",
        about: "wasm target, tools, npm packages",
        needs: &[],
        run: set_up_all,
    },
    Step {
        name: "clippy-wasm",
        about: "no warning in wasm32 code",
        needs: &["set-up"],
        run: clippy_wasm,
    },
    Step {
        name: "no-std",
        about: "core builds without a standard library",
        needs: &[],
        run: no_std,
    },
    Step {
        name: "pack",
        about: "the sample becomes a pack",
        needs: &[],
        run: packs,
    },
    Step {
        name: "npm-build",
        about: "wasm and npm package",
        needs: &["set-up"],
        run: npm_build,
    },
    Step {
        name: "npm",
        about: "the npm package in Node",
        needs: &["pack", "npm-build"],
        run: npm_tests,
    },
    Step {
        name: "consumers",
        about: "the packed tarball in Node, Deno, Chromium and workerd, by Vite, webpack and esbuild",
        needs: &["pack", "npm-build"],
        run: consumers,
    },
    Step {
        name: "worker-build",
        about: "the Worker's wasm",
        needs: &["set-up"],
        run: worker_build,
    },
    Step {
        name: "worker",
        about: "HTTP on workerd",
        needs: &["pack", "worker-build"],
        run: worker_tests,
    },
    Step {
        name: "web-build",
        about: "the demo pages, types checked",
        needs: &["npm-build"],
        run: web_build,
    },
    Step {
        name: "large-pack",
        about: "80,000 titles become a pack, where there is the data",
        needs: &["pack"],
        run: large_pack,
    },
    Step {
        name: "browser",
        about: "the pages in Chromium",
        needs: &["pack", "large-pack", "web-build"],
        run: browser_tests,
    },
    Step {
        name: "golden-js",
        about: "golden cases in wasm and over HTTP",
        needs: &["pack", "worker-build", "web-build"],
        run: golden_js,
    },
    Step {
        name: "metrics",
        about: "sizes as in metrics.snap",
        needs: &["pack", "large-pack", "npm-build"],
        run: check_metrics,
    },
    Step {
        name: "schemathesis",
        about: "the document of the API against HTTP on workerd, by generated requests",
        needs: &["pack", "worker-build"],
        run: long::schemathesis,
    },
    Step {
        name: "encoder",
        about: "sentence encoders: lints and tests",
        needs: &[],
        run: long::encoder,
    },
];

/// Prints the checks.
pub fn list() {
    for (number, step) in STEPS.iter().enumerate() {
        let fast = match number {
            0..FAST => "fast",
            FAST..USUAL => "",
            _ => "full",
        };
        println!("{:<14} {fast:<5} {}", step.name, step.about);
    }
}

/// Runs the checks. `Ok(false)` if one failed.
pub fn run(project: &Project, options: &Options) -> Result<bool> {
    let chosen = chosen(options)?;
    let _lock = project.lock(&mut Runner::keeping(project.root.clone(), Lines::Keep))?;
    let start = Instant::now();
    let mut ended: Vec<Ended> = Vec::new();
    for step in STEPS.iter().filter(|step| chosen.contains(&step.name)) {
        if interrupted() {
            bail!("interrupted");
        }
        println!("── {}: {}", step.name, step.about);
        let without = step
            .needs
            .iter()
            .find(|need| ended.iter().any(|end| end.name == **need && !end.made));
        let end = match without {
            Some(need) => {
                let remark = format!("needs {need}, which did not pass");
                let counts = Counts {
                    skipped: 1,
                    ..Counts::default()
                };
                Ended {
                    name: step.name,
                    counts,
                    made: false,
                    seconds: 0.0,
                    remark,
                }
            }
            None => run_step(project, options, step)?,
        };
        println!("   {}\n", end.line());
        ended.push(end);
    }
    let mut sum = Counts::default();
    println!(
        "{:<14} {:>7} {:>7} {:>7} {:>8}",
        "check", "passed", "failed", "skipped", "seconds"
    );
    for end in &ended {
        let Counts {
            passed,
            failed,
            skipped,
        } = end.counts;
        println!(
            "{:<14} {passed:>7} {failed:>7} {skipped:>7} {:>8.1}  {}",
            end.name, end.seconds, end.remark
        );
        sum += end.counts;
    }
    println!("{:<14} {:>32.1}\n", "all", start.elapsed().as_secs_f64());
    println!("{} passed, {} failed, {} skipped", sum.passed, sum.failed, sum.skipped);
    Ok(sum.failed == 0)
}

/// The names of the checks to run: those asked for, and all that they need.
fn chosen(options: &Options) -> Result<Vec<&'static str>> {
    let mut chosen: Vec<&'static str> = Vec::new();
    if options.only.is_empty() {
        let count = match (options.fast, options.full) {
            (true, true) => bail!("fast and --full exclude each other"),
            (true, false) => FAST,
            (false, true) => STEPS.len(),
            (false, false) => USUAL,
        };
        return Ok(STEPS[..count].iter().map(|step| step.name).collect());
    }
    let mut open: Vec<&str> = options.only.iter().map(String::as_str).collect();
    while let Some(name) = open.pop() {
        let Some(step) = STEPS.iter().find(|step| step.name == name) else {
            bail!("no check is called {name}: `cargo xtask test --list` names them");
        };
        if !chosen.contains(&step.name) {
            chosen.push(step.name);
            open.extend(step.needs);
        }
    }
    Ok(chosen)
}

fn run_step(project: &Project, options: &Options, step: &Step) -> Result<Ended> {
    let start = Instant::now();
    let lines = if options.verbose {
        Lines::ShowAndKeep
    } else {
        Lines::Keep
    };
    let runner = Runner::keeping(project.root.clone(), lines);
    let mut scene = Scene {
        project,
        runner,
        install: options.install,
    };
    let result = (step.run)(&mut scene);
    let log = project.scratch("logs").join(format!("{}.log", step.name));
    fs::create_dir_all(project.scratch("logs"))?;
    fs::write(&log, scene.runner.log())?;
    for line in counts::skipped_lines(scene.runner.log()) {
        println!("   {line}");
    }
    let (counts, remark) = match result {
        Ok(counts) if counts.failed == 0 => (counts, String::new()),
        Ok(counts) => (counts, format!("see {}", project.short(&log))),
        Err(error) => (
            Counts {
                failed: 1,
                ..Counts::default()
            },
            format!("{error:#}"),
        ),
    };
    if counts.failed > 0 && lines == Lines::Keep {
        println!("{}", tail(scene.runner.log(), 150));
    }
    let made = remark.is_empty();
    Ok(Ended {
        name: step.name,
        counts,
        made,
        seconds: start.elapsed().as_secs_f64(),
        remark,
    })
}

impl Ended {
    fn line(&self) -> String {
        let Counts {
            passed,
            failed,
            skipped,
        } = self.counts;
        let verdict = match (failed, passed, skipped) {
            (1.., _, _) => "FAILED",
            (0, 0, 1..) => "skipped",
            _ => "ok",
        };
        let remark = if self.remark.is_empty() {
            String::new()
        } else {
            format!(": {}", self.remark)
        };
        format!(
            "{verdict}, {passed} passed, {failed} failed, {skipped} skipped, {:.1} s{remark}",
            self.seconds
        )
    }
}

fn tail(log: &str, lines: usize) -> String {
    let all: Vec<&str> = log.lines().collect();
    let cut = all.len().saturating_sub(lines);
    let note = if cut > 0 {
        format!("   … {cut} lines before, in the log\n")
    } else {
        String::new()
    };
    note + &all[cut..].join("\n")
}

impl Scene<'_> {
    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(cargo());
        command.args(arguments).current_dir(&self.project.root);
        command
    }

    /// A check that one command makes.
    fn check(&mut self, mut command: Command) -> Result<Counts> {
        self.runner.run(&mut command)?;
        Ok(Counts::ONE)
    }

    fn with_data(&self, command: &mut Command) {
        if let Some(data) = self.project.data() {
            command.env("AFTERSHOW_DATA", data);
        }
    }

    fn sample_pack(&self) -> PathBuf {
        self.project.scratch("pack-sample")
    }

    /// Runs the `*.test.mjs` of a folder. What they need stands in the environment.
    fn node_tests(&mut self, node: &Path, folder: &str, set: impl FnOnce(&mut Command)) -> Result<Counts> {
        let folder = self.project.root.join(folder);
        let files: Vec<PathBuf> = parts::sorted(&folder)?
            .into_iter()
            .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
            .collect();
        if files.is_empty() {
            bail!("{} has no *.test.mjs", self.project.short(&folder));
        }
        let mut command = Command::new(node);
        command
            .args(["--test", "--test-reporter=tap"])
            .args(files)
            .current_dir(&self.project.root);
        command
            .env("AFTERSHOW_PACK", self.sample_pack())
            .env("AFTERSHOW_TINY_PACK", self.project.scratch("pack-tiny"))
            .env("AFTERSHOW_BIN", self.project.release("aftershow"));
        self.with_data(&mut command);
        set(&mut command);
        let finished = self.runner.try_run(&mut command)?;
        let counts = counts::node_test(&finished.output);
        if !finished.status.success() && counts.failed == 0 {
            bail!("node ended with {}", finished.status);
        }
        if counts.passed + counts.failed == 0 && counts.skipped > 0 {
            return Ok(counts);
        }
        counts.not_empty()
    }
}

fn fmt(scene: &mut Scene<'_>) -> Result<Counts> {
    scene.check(scene.cargo(&["fmt", "--all", "--check"]))
}

fn clippy(scene: &mut Scene<'_>) -> Result<Counts> {
    scene.check(scene.cargo(&[
        "clippy",
        "--workspace",
        "--exclude",
        "aftershow-wasm",
        "--exclude",
        "aftershow-encoder",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))
}

fn clippy_wasm(scene: &mut Scene<'_>) -> Result<Counts> {
    // The wasm crate by itself: it stands without the standard library, which the Worker's packages would give it.
    let builds = [
        &["-p", "aftershow-core", "-p", "aftershow-edge"][..],
        &["-p", "aftershow-wasm"],
        &["-p", "aftershow-wasm", "--no-default-features"],
        &["-p", "aftershow-wasm", "--no-default-features", "--features", "search"],
    ];
    for build in builds {
        let mut command = scene.cargo(&["clippy", "--target", set_up::WASM]);
        command.args(build).args(["--", "-D", "warnings"]);
        scene.runner.run(&mut command)?;
    }
    Ok(Counts::ONE)
}

fn docs(scene: &mut Scene<'_>) -> Result<Counts> {
    let mut command = scene.cargo(&[
        "doc",
        "--no-deps",
        "--workspace",
        "--exclude",
        "aftershow-wasm",
        "--exclude",
        "aftershow-encoder",
    ]);
    command.env("RUSTDOCFLAGS", "-D warnings");
    scene.check(command)
}

fn document_links(scene: &mut Scene<'_>) -> Result<Counts> {
    let broken = links::broken(&scene.project.root)?;
    if !broken.is_empty() {
        bail!("these links lead nowhere: {}", broken.join(", "));
    }
    Ok(Counts::ONE)
}

fn native(scene: &mut Scene<'_>) -> Result<Counts> {
    let mut command = scene.cargo(&[
        "test",
        "--workspace",
        "--exclude",
        "aftershow-wasm",
        "--exclude",
        "aftershow-encoder",
        "--no-fail-fast",
        "--",
        "--show-output",
    ]);
    scene.with_data(&mut command);
    let finished = scene.runner.try_run(&mut command)?;
    let counts = counts::cargo_test(&finished.output)?;
    if !finished.status.success() && counts.failed == 0 {
        bail!(
            "cargo test ended with {}: something does not compile, or a test broke off",
            finished.status
        );
    }
    counts.not_empty()
}

fn set_up_all(scene: &mut Scene<'_>) -> Result<Counts> {
    set_up::all(scene.project, &mut scene.runner)?;
    Ok(Counts::default()) // a preparation, not a check
}

fn no_std(scene: &mut Scene<'_>) -> Result<Counts> {
    if let Err(error) = set_up::rust_target(&mut scene.runner, set_up::BARE) {
        scene.runner.say(&format!("skipped: {error:#}"));
        return Ok(Counts {
            skipped: 1,
            ..Counts::default()
        });
    }
    scene.check(scene.cargo(&[
        "build",
        "-p",
        "aftershow-core",
        "--features",
        "json",
        "--target",
        set_up::BARE,
    ]))
}

fn packs(scene: &mut Scene<'_>) -> Result<Counts> {
    parts::aftershow(scene.project, &mut scene.runner)?;
    parts::pack(
        scene.project,
        &mut scene.runner,
        parts::SAMPLE,
        parts::flags_of(parts::SAMPLE),
        &scene.project.scratch("pack-sample"),
    )?;
    let (tiny, few) = (scene.project.scratch("pack-tiny"), "jsonl:tests/tiny/shows.jsonl");
    let events = ["--interactions", "jsonl:tests/tiny/events.jsonl"];
    parts::pack(scene.project, &mut scene.runner, few, &events, &tiny)?;
    Ok(Counts::ONE)
}

fn npm_build(scene: &mut Scene<'_>) -> Result<Counts> {
    parts::npm_package(scene.project, &mut scene.runner)?;
    Ok(Counts::ONE)
}

fn npm_tests(scene: &mut Scene<'_>) -> Result<Counts> {
    scene.node_tests(Path::new("node"), "wasm/npm/test", |_| ())
}

fn consumers(scene: &mut Scene<'_>) -> Result<Counts> {
    let chromium = set_up::chromium(&mut scene.runner, scene.install)?;
    // The Worker's Node: miniflare does not run on an older one.
    let node = worker_node(scene.project);
    scene.node_tests(&node, "wasm/npm/test/consumers", |command| {
        command.env("CHROMIUM", chromium);
    })
}

fn worker_build(scene: &mut Scene<'_>) -> Result<Counts> {
    parts::worker(scene.project, &mut scene.runner)?;
    Ok(Counts::ONE)
}

fn worker_tests(scene: &mut Scene<'_>) -> Result<Counts> {
    let assets = scene.project.scratch("assets");
    parts::assets(scene.project, &scene.sample_pack(), &assets)?;
    let node = worker_node(scene.project);
    scene.node_tests(&node, "edge-worker/tests", |command| {
        command.env("AFTERSHOW_ASSETS", assets);
    })
}

fn web_build(scene: &mut Scene<'_>) -> Result<Counts> {
    parts::web_demo(scene.project, &mut scene.runner)?;
    Ok(Counts::ONE)
}

fn large_pack(scene: &mut Scene<'_>) -> Result<Counts> {
    if let Err(why) = parts::large_pack_if_possible(scene.project, &mut scene.runner)? {
        scene.runner.say(&why);
        return Ok(Counts {
            skipped: 1,
            ..Counts::default()
        });
    }
    Ok(Counts::ONE)
}

fn browser_tests(scene: &mut Scene<'_>) -> Result<Counts> {
    let chromium = set_up::chromium(&mut scene.runner, scene.install)?;
    let large = parts::large_pack_if_possible(scene.project, &mut scene.runner)?;
    scene.node_tests(Path::new("node"), "web-demo/tests", |command| {
        command.env("CHROMIUM", chromium);
        if let Ok(large) = large {
            command.env("AFTERSHOW_LARGE_PACK", large);
        }
    })
}

fn golden_js(scene: &mut Scene<'_>) -> Result<Counts> {
    let assets = scene.project.scratch("assets");
    parts::assets(scene.project, &scene.sample_pack(), &assets)?;
    let chromium = set_up::chromium(&mut scene.runner, scene.install)?;
    // The Worker's Node: its miniflare does not run on an older one.
    let node = worker_node(scene.project);
    scene.node_tests(&node, "tests/js", |command| {
        command.env("AFTERSHOW_ASSETS", assets).env("CHROMIUM", chromium);
    })
}

fn check_metrics(scene: &mut Scene<'_>) -> Result<Counts> {
    let pack = scene.sample_pack();
    let measured = metrics::measure(scene.project, &mut scene.runner, &pack, scene.install)?;
    metrics::check(scene.project, &measured)?;
    Ok(Counts {
        skipped: usize::from(!metrics::whole(&measured)),
        ..Counts::ONE
    })
}

/// The Node that came with the Worker's packages: wrangler and miniflare need a newer one than the machine may have.
pub fn worker_node(project: &Project) -> PathBuf {
    project.root.join("edge-worker/node_modules/.bin/node")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_needs_only_steps_before_it() {
        for (number, step) in STEPS.iter().enumerate() {
            for need in step.needs {
                assert!(
                    STEPS[..number].iter().any(|earlier| earlier.name == *need),
                    "{} needs {need}",
                    step.name
                );
            }
        }
    }

    #[test]
    fn long_checks_run_only_when_they_are_asked_for() {
        let names = |full| {
            chosen(&Options {
                full,
                ..Options::default()
            })
        };
        assert!(!names(false).unwrap().contains(&"schemathesis"));
        assert!(names(true).unwrap().contains(&"schemathesis"));
        assert!(STEPS[..USUAL].iter().all(|step| !step.needs.contains(&"schemathesis")));
        assert_eq!(STEPS[USUAL - 1].name, "metrics");
    }

    #[test]
    fn fast_checks_need_nothing_that_is_not_fast() {
        assert!(STEPS[..FAST].iter().all(|step| step.needs.is_empty()));
        assert_eq!(STEPS[FAST - 1].name, "native");
    }

    #[test]
    fn one_check_brings_what_it_needs() {
        let options = Options {
            only: vec!["browser".into()],
            ..Options::default()
        };
        let mut names = chosen(&options).unwrap();
        names.sort();
        assert_eq!(
            names,
            ["browser", "large-pack", "npm-build", "pack", "set-up", "web-build"]
        );
        let unknown = Options {
            only: vec!["brwoser".into()],
            ..Options::default()
        };
        assert!(chosen(&unknown).unwrap_err().to_string().contains("brwoser"));
    }

    #[test]
    fn a_long_log_is_cut_at_its_beginning() {
        assert_eq!(tail("a\nb\nc", 3), "a\nb\nc");
        assert!(tail("a\nb\nc", 2).ends_with("\nb\nc"));
    }
}
