//! The binary `aftershow`: arguments in, report out. Results go to stdout, everything else to stderr.

use std::{
    fmt,
    io::{self, Write},
    process::{self, ExitCode},
};

use aftershow_pipeline::{
    BuildError, PackDir, Progress, batch,
    cli::{
        BatchArgs, BuildArgs, Cli, Command, EvaluateArgs, InspectArgs, LogFormat, PredictArgs, RecommendArgs,
        RenderArgs, SearchArgs, SimilarArgs, SplitArgs,
    },
    evaluate, inspect,
    progress::Style,
    ratings, recommend, render, run, scratch, search, similar, split, threads,
};
use clap::Parser;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let json_log = matches!(&cli.command, Command::Build(args) if args.log_format == LogFormat::Json);
    let done = match &cli.command {
        Command::Build(args) => build(args),
        Command::Inspect(args) => inspect_pack(args),
        Command::Similar(args) => similar_titles(args),
        Command::Render(args) => render_lists(args),
        Command::Recommend(args) => recommend_titles(args),
        Command::Search(args) => search_titles(args),
        Command::Batch(args) => batch_of_users(args),
        Command::Predict(args) => predict_ratings(args),
        Command::Evaluate(args) => evaluate_pack(args),
        Command::Split(args) => split_events(args),
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
    clean_up_on_ctrl_c(&progress);
    let (config, plan) = (args.config()?, args.plan()?);
    let report = run(&config, &plan, &progress)?;
    match args.log_format {
        _ if args.quiet => Ok(()),
        LogFormat::Json => print(&format!("{}\n", serde_json::to_string(&report)?)),
        LogFormat::Text => print(&report.to_string()),
    }
}

/// Without a handler Ctrl-C would end the process all the same, and leave what is half-written.
fn clean_up_on_ctrl_c(progress: &Progress) {
    let handled = ctrlc::set_handler(|| {
        scratch::remove_all();
        eprintln!("interrupted: nothing half-written is left");
        process::exit(130);
    });
    if let Err(e) = handled {
        progress.warn(&format!("Ctrl-C may leave a half-written folder behind: {e}"));
    }
}

fn quiet_or_for_people(quiet: bool) -> Progress {
    if quiet {
        Progress::new(Style::Quiet)
    } else {
        Progress::for_people()
    }
}

fn split_events(args: &SplitArgs) -> Result<(), BuildError> {
    let progress = quiet_or_for_people(args.quiet);
    clean_up_on_ctrl_c(&progress);
    let (source, how) = args.split()?;
    let report = split::split(&source, &how, &args.out, args.strict, &progress)?;
    tell(&report, args.json, args.quiet)
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
    let answer = similar::similar(&mut pack, &args.subject()?, &args.question()?)?;
    print(&if args.json {
        json_line(&similar::Printed::from(&answer))?
    } else {
        similar::for_people(&answer)
    })
}

fn render_lists(args: &RenderArgs) -> Result<(), BuildError> {
    let progress = quiet_or_for_people(args.quiet);
    clean_up_on_ctrl_c(&progress);
    let wanted = args.render()?;
    let mut pack = PackDir::open(&args.dir)?;
    let rendered = render::render(&mut pack, &wanted, &progress)?;
    match rendered {
        render::Rendered::All { .. } if args.quiet => Ok(()),
        rendered => print(&rendered.to_string()),
    }
}

fn recommend_titles(args: &RecommendArgs) -> Result<(), BuildError> {
    let mut pack = PackDir::open(&args.dir)?;
    let found = recommend::recommend(&mut pack, &args.question()?)?;
    print(&if args.json {
        json_line(&recommend::Printed::from(&found))?
    } else {
        recommend::for_people(&found)
    })
}

fn search_titles(args: &SearchArgs) -> Result<(), BuildError> {
    let mut pack = PackDir::open(&args.dir)?;
    let query = args.query();
    let found = pack.ask(|engine| engine.search(&query))?;
    print(&if args.json {
        json_line(&found)?
    } else {
        search::for_people(&found)
    })
}

fn batch_of_users(args: &BatchArgs) -> Result<(), BuildError> {
    let progress = quiet_or_for_people(args.run.quiet);
    clean_up_on_ctrl_c(&progress);
    let mut pack = PackDir::open(&args.dir)?;
    let plan = args.batch(&pack, &progress)?;
    let report = threads(args.run.threads)?.install(|| batch::batch(&mut pack, &plan, &progress))?;
    tell(&report, args.json, args.run.quiet)
}

fn predict_ratings(args: &PredictArgs) -> Result<(), BuildError> {
    let progress = quiet_or_for_people(args.run.quiet);
    clean_up_on_ctrl_c(&progress);
    let mut pack = PackDir::open(&args.dir)?;
    if let Some(query) = args.of_one()? {
        let found = pack.ask(|engine| engine.predict(&query))?;
        let table = ratings::of_one::for_people(&mut pack, &query, &found)?;
        return print(&if args.json { json_line(&found)? } else { table });
    }
    let plan = args.predict(&pack, &progress)?;
    let report = threads(args.run.threads)?.install(|| ratings::predict::predict(&mut pack, &plan, &progress))?;
    tell(&report, args.json, args.run.quiet)
}

fn evaluate_pack(args: &EvaluateArgs) -> Result<(), BuildError> {
    let progress = quiet_or_for_people(args.run.quiet);
    clean_up_on_ctrl_c(&progress);
    let mut pack = PackDir::open(&args.dir)?;
    if let Some([history, test]) = args.ratings(&pack, &progress)? {
        let measure = || ratings::measure::measure(&mut pack, &history, &test, &progress);
        let measured = threads(args.run.threads)?.install(measure)?;
        return tell(&measured, args.json, args.run.quiet);
    }
    let plan = args.evaluate(&pack, &progress)?;
    let findings = threads(args.run.threads)?.install(|| evaluate::evaluate(&mut pack, &plan, &progress))?;
    if let Some(file) = &args.report {
        scratch::write_file(file, evaluate::report::html(&findings).as_bytes())?;
        progress.note(&format!("{} has the plots", file.display()));
    }
    tell(&findings, args.json, false)
}

/// Prints a report: as JSON, or for people unless they want none.
fn tell(report: &(impl serde::Serialize + fmt::Display), json: bool, quiet: bool) -> Result<(), BuildError> {
    match (json, quiet) {
        (true, _) => print(&json_line(report)?),
        (false, true) => Ok(()),
        (false, false) => print(&report.to_string()),
    }
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
