//! `cargo xtask demo`: the whole way once, from a catalogue to an answer over HTTP, and the demo pages beside it.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener, TcpStream},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{
    parts,
    project::Project,
    run::{self, Kept, Program, Runner, interrupted},
    set_up,
    test::worker_node,
};

const START_LIMIT: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(100);

/// What to show.
pub struct Options {
    /// Print one answer as JSON and end.
    pub once: bool,
    /// The catalogue.
    pub catalogue: String,
    /// The port on 127.0.0.1.
    pub port: u16,
}

/// Builds everything, starts the Worker, asks it.
pub fn run(project: &Project, options: &Options) -> Result<()> {
    if !is_free(options.port) {
        bail!(
            "port {} of 127.0.0.1 is taken: end what uses it, or choose another with --port",
            options.port
        );
    }
    let mut runner = Runner::showing(project.root.clone());
    let lock = project.lock(&mut runner)?;
    set_up::all(project, &mut runner)?;
    let first = build(project, &mut runner, &options.catalogue)?;
    drop(lock);

    let base = format!("http://127.0.0.1:{}", options.port);
    let mut server = start(project, options)?;
    wait_for_health(&base, &mut server)?;
    let similar = format!("{base}/v1/items/{}/similar", percent_encoded(&first));
    let answer = get(&similar)?;
    if options.once {
        stop(server, options.port)?;
        println!("{answer}");
        return Ok(());
    }
    eprintln!("\n  the site      {base}/");
    eprintln!("  a show page   {base}/?show={}", percent_encoded(&first));
    eprintln!("  an answer     {similar}");
    eprintln!("  the pack      {base}/v1/stats\n");
    println!("{}", for_people(&answer)?);
    eprintln!("\n  Ctrl-C stops everything.\n");
    while !interrupted() {
        if let Some(status) = server.program.ended()? {
            bail!("the Worker's server ended with {status}");
        }
        thread::sleep(POLL);
    }
    stop(server, options.port)
}

/// Builds pack, npm package, pages and Worker, and lays out what the Worker serves. Returns the id of the best-known item.
fn build(project: &Project, runner: &mut Runner, catalogue: &str) -> Result<String> {
    parts::aftershow(project, runner)?;
    let pack = project.scratch("pack-demo");
    let report = parts::pack(project, runner, catalogue, parts::flags_of(catalogue), &pack)?;
    let first = report["try_id"]
        .as_str()
        .context("the catalogue has no items")?
        .to_owned();
    runner.say(&format!(
        "{} items packed in {:.1} s",
        report["items"],
        report["seconds"].as_f64().unwrap_or_default()
    ));
    parts::npm_package(project, runner)?;
    parts::web_demo(project, runner)?;
    parts::worker(project, runner)?;
    parts::assets(project, &pack, &project.root.join("edge-worker/assets"))?;
    fs::remove_dir_all(pack)?;
    Ok(first)
}

/// The Worker's server, and what it printed if that is kept.
struct Server {
    program: Program,
    kept: Option<Kept>,
}

fn start(project: &Project, options: &Options) -> Result<Server> {
    let folder = project.root.join("edge-worker");
    let mut wrangler = Command::new(worker_node(project));
    wrangler
        .arg("node_modules/wrangler/bin/wrangler.js")
        .args([
            "dev",
            "--ip",
            "127.0.0.1",
            "--port",
            &options.port.to_string(),
            "--inspector-port",
            "0",
        ])
        .current_dir(&folder)
        // Nothing of it goes out to the network, asks questions, or writes into the home folder.
        .env("CI", "1")
        .env("WRANGLER_SEND_METRICS", "false")
        .env("CLOUDFLARE_CF_FETCH_ENABLED", "false")
        .env("WRANGLER_LOG_PATH", project.scratch("logs"))
        .env("WRANGLER_REGISTRY_PATH", project.scratch("wrangler-registry"));
    let kept = if options.once {
        Some(run::keep(&mut wrangler, false)?)
    } else {
        run::show(&mut wrangler)?;
        None
    };
    eprintln!("  starting the Worker on 127.0.0.1:{}", options.port);
    Ok(Server {
        program: Program::start(&mut wrangler)?,
        kept,
    })
}

fn wait_for_health(base: &str, server: &mut Server) -> Result<()> {
    let start = Instant::now();
    let health = format!("{base}/v1/health");
    let failure = loop {
        if interrupted() {
            bail!("interrupted");
        }
        if let Some(status) = server.program.ended()? {
            break format!("ended with {status}");
        }
        match minreq::get(&health).with_timeout(5).send() {
            Ok(response) if response.status_code == 200 => return Ok(()),
            Ok(response) if start.elapsed() > START_LIMIT => {
                break format!(
                    "answers {health} with {}: {}",
                    response.status_code,
                    response.as_str().unwrap_or_default()
                );
            }
            Err(error) if start.elapsed() > START_LIMIT => break format!("does not answer {health}: {error}"),
            _ => thread::sleep(POLL),
        }
    };
    if let Some(kept) = &server.kept {
        eprintln!("{}", kept.so_far());
    }
    bail!("the Worker's server {failure}");
}

fn get(url: &str) -> Result<String> {
    let response = minreq::get(url)
        .with_timeout(30)
        .send()
        .with_context(|| format!("no answer from {url}"))?;
    let body = response.as_str().context("the answer is not text")?;
    if response.status_code != 200 {
        bail!("{url} answers {}: {body}", response.status_code);
    }
    Ok(body.trim_end().to_owned())
}

/// Ends the server and makes sure of it.
fn stop(server: Server, port: u16) -> Result<()> {
    drop(server);
    let start = Instant::now();
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
        if start.elapsed() > Duration::from_secs(10) {
            bail!("port {port} still answers after the Worker was stopped");
        }
        thread::sleep(POLL);
    }
    Ok(())
}

/// An answer as a few lines of text.
fn for_people(answer: &str) -> Result<String> {
    let answer: Value = serde_json::from_str(answer).context("the answer is not JSON")?;
    let mut text = format!(
        "More like {}:",
        answer["subject"]["name"]
            .as_str()
            .context("the answer has no subject")?
    );
    for item in answer["items"].as_array().context("the answer has no items")? {
        let shared: Vec<&str> = item["shared_genres"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let name = item["name"].as_str().unwrap_or_default();
        text += &format!(
            "\n  {:.3}  {name:<36} {}",
            item["score"].as_f64().unwrap_or_default(),
            shared.join(", ")
        );
    }
    Ok(text)
}

fn is_free(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() && TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

fn percent_encoded(id: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    id.bytes()
        .map(|byte| {
            if plain(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_becomes_lines_with_scores_and_reasons() {
        let answer = r#"{"subject":{"name":"A"},"items":[{"name":"B","score":0.5,"shared_genres":["Drama","Crime"]}]}"#;
        let text = for_people(answer).unwrap();
        assert!(
            text.starts_with("More like A:\n  0.500  B ") && text.ends_with("Drama, Crime"),
            "{text}"
        );
        assert!(for_people("[]").is_err());
    }

    #[test]
    fn a_port_that_something_listens_on_is_not_free() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        assert!(!is_free(port));
        drop(listener);
        assert!(is_free(port));
    }

    #[test]
    fn an_id_with_any_characters_fits_into_a_path() {
        assert_eq!(percent_encoded("s 1/ü?"), "s%201%2F%C3%BC%3F");
    }
}
