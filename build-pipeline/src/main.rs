//! The binary `aftershow`: arguments in, report out. Results go to stdout, everything else to stderr.

use std::{
    io::{self, Write},
    process::{self, ExitCode},
};

use aftershow_pipeline::{
    BuildError, PackDir, Progress,
    cli::{BuildArgs, Cli, Command, InspectArgs, LogFormat, SimilarArgs},
    inspect,
    progress::Style,
    run, scratch, similar,
};
use clap::Parser;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let json_log = matches!(&cli.command, Command::Build(args) if args.log_format == LogFormat::Json);
    let done = match &cli.command {
        Command::Build(args) => build(args),
        Command::Inspect(args) => inspect_pack(args),
        Command::Similar(args) => similar_titles(args),
    };
    let Err(error) = done else {
        return ExitCode::SUCCESS;
    };
    if json_log {
        tracing::error!(code = error.code(), "{error}");
    } else {
        eprintln!("error: {error}");
    }
    ExitCode::from(error.exit_code())
}

fn build(args: &BuildArgs) -> Result<(), BuildError> {
    let progress = match args.log_format {
        LogFormat::Json => {
            let level = if args.quiet {
                tracing::Level::WARN
            } else {
                tracing::Level::INFO
            };
            tracing_subscriber::fmt()
                .json()
                .flatten_event(true)
                .with_max_level(level)
                .with_writer(io::stderr)
                .init();
            Progress::new(Style::Events)
        }
        LogFormat::Text if args.quiet => Progress::new(Style::Quiet),
        LogFormat::Text => Progress::for_people(),
    };
    // Without a handler Ctrl-C would end the process all the same, and leave what is half-written.
    let handled = ctrlc::set_handler(|| {
        scratch::remove_all();
        eprintln!("interrupted: nothing half-written is left");
        process::exit(130);
    });
    if let Err(e) = handled {
        progress.warn(&format!("Ctrl-C may leave a half-written folder behind: {e}"));
    }
    let (config, plan) = (args.config()?, args.plan()?);
    let report = run(&config, &plan, &progress)?;
    match args.log_format {
        _ if args.quiet => Ok(()),
        LogFormat::Json => print(&format!("{}\n", serde_json::to_string(&report)?)),
        LogFormat::Text => print(&report.to_string()),
    }
}

fn inspect_pack(args: &InspectArgs) -> Result<(), BuildError> {
    let pack = PackDir::open(&args.dir)?;
    let found = inspect::inspect(&pack)?;
    print(&if args.json {
        json_line(&found)?
    } else {
        inspect::for_people(&pack, &found)?
    })
}

fn similar_titles(args: &SimilarArgs) -> Result<(), BuildError> {
    let mut pack = PackDir::open(&args.dir)?;
    let answer = similar::similar(&mut pack, &args.id, &args.knobs())?;
    print(&if args.json {
        json_line(&similar::Short::from(&answer))?
    } else {
        similar::for_people(&answer)
    })
}

fn json_line(value: &impl serde::Serialize) -> Result<String, BuildError> {
    Ok(serde_json::to_string(value)? + "\n")
}

/// Prints a result. A reader who has seen enough (`| head`) is no error.
fn print(text: &str) -> Result<(), BuildError> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(BuildError::Write {
            place: "stdout".to_owned(),
            source: e,
        }),
        _ => Ok(()),
    }
}
