//! `cargo xtask`: the chores of this project, set-up included.
//!
//! [`mod@test`] runs every check, [`demo`] shows the whole way once, [`mod@bench`] measures, [`metrics`] keeps the sizes.
//! They bring the machine to what they need by [`set_up`] and [`tools`], build by [`parts`], and start programs by [`run`].

mod bench;
mod counts;
mod demo;
mod encoder;
mod links;
mod metrics;
mod parts;
mod project;
mod python;
mod run;
mod set_up;
mod test;
mod tools;

use std::process::ExitCode;

use anyhow::{Result, bail};
use lexopt::{
    Arg::{Long, Short, Value},
    Parser, ValueExt,
};

use crate::{project::Project, run::Runner};

const HELP: &str = "\
The chores of Aftershow. Each sets up what it needs: wasm target, tools (in .tools/ or $AFTERSHOW_TOOLS), npm packages.

cargo xtask test [fast] [--full] [--only NAME]… [--list] [--verbose] [--install]
    Runs the checks in order, to the end. fast: only what needs neither wasm nor JavaScript. --full: the long ones too.
cargo xtask demo [--once] [--catalog SPEC] [--port P]
    Builds everything and serves the demo on 127.0.0.1. --once: prints one answer as JSON and ends.
cargo xtask bench wasm|page|pipeline|quality|ratings [--no-peer] [--only SET]…
    Measures on real data: answers in wasm, what a page loads until the first (in Chromium, beside Pagefind), the building
    of a large pack, how good recommendations are, or how far off predicted ratings are.
    --no-peer: without the runs of others' programs. --only: of quality, ml-1m, cs246-tv, text or gowalla (20 minutes).
cargo xtask metrics [--write]
    Shows the sizes that metrics.snap keeps; --write keeps the present ones.
cargo xtask set-up [--install]
    Sets up, and nothing else. --install: Chromium too, by apt-get.

Examples:
    cargo xtask test fast
    cargo xtask test --only browser --verbose
    cargo xtask demo --catalog tvmaze:shows.json --port 9000
    cargo xtask demo --once | head -c 300

Environment: AFTERSHOW_TOOLS (folder of the tools), AFTERSHOW_DATA (folder of development data), CHROMIUM (a browser),
CI=true (may install what is missing).";

fn main() -> ExitCode {
    let done = run::catch_ctrl_c().and_then(|()| command(&mut Parser::from_env()));
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(_) if run::interrupted() => {
            eprintln!("interrupted; nothing is left running");
            ExitCode::from(130)
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// `Ok(false)`: it ran to its end, and something is not as it should be.
fn command(arguments: &mut Parser) -> Result<bool> {
    match arguments.next()? {
        Some(Value(name)) => match name.string()?.as_str() {
            "test" => test_command(arguments),
            "demo" => demo_command(arguments),
            "bench" => bench_command(arguments),
            "metrics" => metrics_command(arguments),
            "set-up" => set_up_command(arguments),
            bench::usage::COMMAND => measure_command(arguments),
            "help" => help(),
            other => bail!("there is no command {other}: see `cargo xtask --help`"),
        },
        Some(Long("help") | Short('h')) => help(),
        None => {
            help()?;
            Ok(false)
        }
        Some(other) => Err(other.unexpected().into()),
    }
}

fn help() -> Result<bool> {
    println!("{HELP}");
    Ok(true)
}

fn test_command(arguments: &mut Parser) -> Result<bool> {
    let mut options = test::Options::default();
    while let Some(argument) = arguments.next()? {
        match argument {
            Value(word) if word == "fast" => options.fast = true,
            Long("full") => options.full = true,
            Long("only") => options.only.push(arguments.value()?.string()?),
            Long("verbose") | Short('v') => options.verbose = true,
            Long("install") => options.install = true,
            Long("list") => {
                test::list();
                return Ok(true);
            }
            Long("help") | Short('h') => return help(),
            other => return Err(other.unexpected().into()),
        }
    }
    test::run(&Project::find()?, &options)
}

fn demo_command(arguments: &mut Parser) -> Result<bool> {
    let mut options = demo::Options {
        once: false,
        catalogue: parts::SAMPLE.into(),
        port: 8787,
    };
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("once") => options.once = true,
            Long("catalog") => options.catalogue = arguments.value()?.string()?,
            Long("port") => options.port = arguments.value()?.parse()?,
            Long("help") | Short('h') => return help(),
            other => return Err(other.unexpected().into()),
        }
    }
    demo::run(&Project::find()?, &options)?;
    Ok(true)
}

fn bench_command(arguments: &mut Parser) -> Result<bool> {
    let (mut what, mut peer, mut only) = (None, true, Vec::new());
    while let Some(argument) = arguments.next()? {
        match argument {
            Value(word) if what.is_none() => what = Some(word.string()?),
            Long("no-peer") => peer = false,
            Long("only") => only.push(arguments.value()?.string()?),
            Long("help") | Short('h') => return help(),
            other => return Err(other.unexpected().into()),
        }
    }
    let project = Project::find()?;
    match what.as_deref() {
        Some("wasm") => bench::wasm::run(&project)?,
        Some("page") => bench::page::run(&project)?,
        Some("pipeline") => bench::pipeline::run(&project, peer)?,
        Some("quality") => bench::quality::run(&project, peer, &only)?,
        Some("ratings") => bench::ratings::run(&project)?,
        _ => bail!("say what to measure: `cargo xtask bench wasm`, `page`, `pipeline`, `quality` or `ratings`"),
    }
    Ok(true)
}

fn metrics_command(arguments: &mut Parser) -> Result<bool> {
    let mut write = false;
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("write") => write = true,
            Long("help") | Short('h') => return help(),
            other => return Err(other.unexpected().into()),
        }
    }
    let project = Project::find()?;
    let mut runner = Runner::showing(project.root.clone());
    let _lock = project.lock(&mut runner)?;
    set_up::all(&project, &mut runner)?;
    parts::aftershow(&project, &mut runner)?;
    let pack = project.scratch("pack-sample");
    let flags = parts::flags_of(parts::SAMPLE);
    parts::pack(&project, &mut runner, parts::SAMPLE, flags, &pack)?;
    parts::npm_package(&project, &mut runner)?;
    let measured = metrics::measure(&project, &mut runner, &pack, false)?;
    print!("{}", metrics::text(&measured));
    if write {
        metrics::write(&project, &measured)
    } else {
        metrics::check(&project, &measured)
    }?;
    Ok(true)
}

fn set_up_command(arguments: &mut Parser) -> Result<bool> {
    let mut install = false;
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("install") => install = true,
            Long("help") | Short('h') => return help(),
            other => return Err(other.unexpected().into()),
        }
    }
    let project = Project::find()?;
    let mut runner = Runner::showing(project.root.clone());
    let _lock = project.lock(&mut runner)?;
    set_up::all(&project, &mut runner)?;
    let chromium = set_up::chromium(&mut runner, install)?;
    runner.say(&format!("Chromium: {}", chromium.display()));
    Ok(true)
}

/// Not for people: see [`bench::usage`].
fn measure_command(arguments: &mut Parser) -> Result<bool> {
    let mut words = arguments.raw_args()?;
    let Some(file) = words.next() else {
        bail!("measure FILE PROGRAM…")
    };
    bench::usage::child(file.as_ref(), &words.collect::<Vec<_>>())?;
    Ok(true)
}
